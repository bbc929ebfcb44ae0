# The static program and nothing else: no shell, no git. So it judges folders of migrations (Kubernetes,
# Argo CD), and not what a branch changes. Build it where dist/<arch>/lockgate are the programs of the
# release: docker buildx build --platform linux/amd64,linux/arm64 .
FROM scratch
ARG TARGETARCH
COPY --chmod=0555 dist/${TARGETARCH}/lockgate /lockgate
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/lockgate"]
CMD ["lint", "--all"]

//! `lockgate.yaml`, every value with its place.

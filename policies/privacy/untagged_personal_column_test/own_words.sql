-- params: {"names": ["patient"], "tags": ["gdpr:*"], "exempt": ["*.archive.*"]}
CREATE TABLE visits (
    id bigint PRIMARY KEY,
    patient text, -- expect: privacy/untagged-personal-column
    patient_initials text,
    email text
);
COMMENT ON COLUMN visits.patient_initials IS '[gdpr:health]';
CREATE TABLE public.archive (patient text);

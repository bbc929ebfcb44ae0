-- params: {"also": ["mysql"], "words": ["data"]}
CREATE TABLE results (
    id bigint PRIMARY KEY,
    rank int, -- expect: conventions/reserved-name
    key text, -- expect: conventions/reserved-name
    data jsonb, -- expect: conventions/reserved-name
    value text
);

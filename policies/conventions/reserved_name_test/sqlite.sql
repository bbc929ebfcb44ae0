-- dialect: sqlite
CREATE TABLE "transaction" ( -- expect: conventions/reserved-name
    id INTEGER PRIMARY KEY,
    "order" INTEGER, -- expect: conventions/reserved-name
    key TEXT
);
CREATE TABLE "group" (id INTEGER PRIMARY KEY);
ALTER TABLE "group" RENAME TO teams;
CREATE TABLE "table" (id INTEGER PRIMARY KEY); -- expect: conventions/reserved-name

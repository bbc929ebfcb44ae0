CREATE INDEX countries_name ON countries (name);
CREATE INDEX invoices_due ON invoices (due_on);
CREATE INDEX customers_email ON customers (email);
ALTER TABLE events ALTER COLUMN amount TYPE numeric(12, 2);

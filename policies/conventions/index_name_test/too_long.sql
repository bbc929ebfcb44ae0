-- No name that follows a template fits into 63 bytes.
CREATE TABLE subscription_invoice_line_items (id bigint PRIMARY KEY, subscription_period_start date, subscription_period_end date);
CREATE INDEX sili_period_idx ON subscription_invoice_line_items (subscription_period_start, subscription_period_end);

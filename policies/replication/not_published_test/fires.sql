-- params: {"publication": "shop", "exempt": ["*_log"]}
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE PUBLICATION shop FOR TABLE orders;

-- migration

CREATE TABLE invoices (id bigint PRIMARY KEY); -- expect: replication/not-published
CREATE TABLE refunds (id bigint PRIMARY KEY);
ALTER PUBLICATION shop ADD TABLE refunds;
CREATE TABLE request_log (id bigint PRIMARY KEY);
CREATE UNLOGGED TABLE cache (id bigint PRIMARY KEY);
CREATE TEMP TABLE stage (id bigint);

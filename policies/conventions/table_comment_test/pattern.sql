-- params: {"pattern": "\\[owner:[a-z]+\\]"}
CREATE TABLE orders (id bigint PRIMARY KEY);
COMMENT ON TABLE orders IS 'Orders [owner:shop]';
CREATE TABLE lines (id bigint PRIMARY KEY); -- expect: conventions/table-comment
COMMENT ON TABLE lines IS 'Lines of orders';

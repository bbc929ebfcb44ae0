-- params: {"publication": "shop"}
CREATE TABLE invoices (id bigint PRIMARY KEY);
ALTER PUBLICATION shop ADD TABLE public.invoices;
CREATE TABLE refunds (id bigint PRIMARY KEY); -- expect: replication/not-published

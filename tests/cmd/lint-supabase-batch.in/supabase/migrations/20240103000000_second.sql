SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY orders_status2 ON orders (status);

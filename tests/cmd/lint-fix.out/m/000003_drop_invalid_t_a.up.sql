-- A build that failed has left an invalid index: it goes before the next try.
DROP INDEX CONCURRENTLY IF EXISTS t_a;

-- If this fails, run the migration before it again: it drops what is left.
CREATE INDEX CONCURRENTLY t_a ON t (a);

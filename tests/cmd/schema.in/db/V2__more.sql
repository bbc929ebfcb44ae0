DO $$
BEGIN
    IF EXISTS (SELECT FROM orders) THEN
        ALTER TABLE orders ADD COLUMN shipped boolean;
    END IF;
END
$$;
ALTER TABLE orders RENAME COLUMN note TO remark;
GRANT SELECT ON orders TO reporting;

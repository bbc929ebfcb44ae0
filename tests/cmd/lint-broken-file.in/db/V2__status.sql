-- lockgate:allow drop-colum reason="nobody reads it"
ALTER TABLE orders ADD COLUMN status text;
-- lockgate:allow drop-column reason="left over"
ALTER TABLE orders ADD COLUMN note text;

CREATE TABLE orders (price money, data json);

-- dialect: sqlite
PRAGMA foreign_keys = OFF; -- expect: delivery/session-setting-left
CREATE TABLE orders (id INTEGER PRIMARY KEY);

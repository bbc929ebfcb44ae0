CREATE TABLE "order" (id bigint PRIMARY KEY, "user" text, rank int, key text);

CREATE TABLE anywhere.t (id bigint PRIMARY KEY);

GRANT SELECT ON orders TO anna;

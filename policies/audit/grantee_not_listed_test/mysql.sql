-- dialect: mysql
-- params: {"roles": ["shop@10.%", "reader@*"]}
GRANT SELECT, INSERT ON shop.* TO 'shop'@'10.%';
GRANT SELECT ON shop.orders TO reader@localhost;
GRANT SELECT ON shop.orders TO 'anna'@'%'; -- expect: audit/grantee-not-listed

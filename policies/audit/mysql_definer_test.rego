package policy.audit.mysql_definer_test

import data.policy.audit.mysql_definer

messages(sql) := got if {
	got := {f.message | some f in mysql_definer.deny} with input as {"migration": {"direction": "up"}, "statements": [{"sql": sql, "loc": 1}]}
		with data.config.audit.mysql_definer as {"accounts": ["reports@*"]}
}

test_root if {
	messages("CREATE DEFINER=`root`@`localhost` TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1") == {"what is created here runs with the rights of `root@localhost`, whoever calls it, and fails where that account does not exist"}
}

test_spaces if count(messages("create or replace definer = 'root' @ 'localhost' view v as select 1")) == 1

test_current_user if messages("CREATE DEFINER = CURRENT_USER() VIEW v AS SELECT 1") == set()

test_invoker if messages("CREATE DEFINER=`root`@`localhost` SQL SECURITY INVOKER VIEW v AS SELECT 1") == set()

test_listed if messages("CREATE DEFINER=reports@localhost VIEW v AS SELECT 1") == set()

test_without if messages("CREATE VIEW v AS SELECT 1") == set()

test_in_a_string if messages("INSERT INTO t VALUES (' definer = root')") == set()

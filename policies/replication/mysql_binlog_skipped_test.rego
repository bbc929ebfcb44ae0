package policy.replication.mysql_binlog_skipped_test

import data.policy.replication.mysql_binlog_skipped

found(name, value) := got if {
	got := [f.subject | some f in mysql_binlog_skipped.deny] with input as {"migration": {"direction": "up"}, "changes": [{"kind": "set_variable", "loc": 1, "setting": {"name": name, "value": value}}]}
}

test_off if found("sql_log_bin", "0") == ["setting:sql_log_bin"]

test_session if found("session.sql_log_bin", "OFF") == ["setting:sql_log_bin"]

test_on if found("sql_log_bin", "1") == []

test_skip if found("skip_replication", "1") == ["setting:skip_replication"]

test_no_skip if found("skip_replication", "0") == []

test_format if found("@@global.binlog_format", "STATEMENT") == ["setting:binlog_format"]

test_rows if found("binlog_format", "ROW") == []

test_other if found("sql_mode", "0") == []

# METADATA
# title: New tables and columns are called by no reserved word
# description: >-
#   A reserved word is a name only in quotes, in every statement that anybody writes by hand; without
#   them the statement fails. Words become reserved with a new version: what runs today fails after
#   the upgrade, which happened with `rank`, `groups` and `system` in MySQL 8.0. Use another word. In
#   PostgreSQL the rule `reserved-word` says this without a pack; here the words of `also` and `words`
#   are added to it.
# related_resources:
# - ref: https://dev.mysql.com/doc/refman/8.4/en/keywords.html
#   description: MySQL's words
# - ref: https://mariadb.com/kb/en/reserved-words/
#   description: MariaDB's words
# - ref: https://www.sqlite.org/lang_keywords.html
#   description: SQLite's words
# custom:
#   level: warning
#   changes: [create_table, add_column, rename_table, rename_column, redefine_column]
#   params:
#     also:
#       type: array<string>
#       default: []
#       description: "engines whose words are avoided too: mysql, mariadb, sqlite"
#     words:
#       type: array<string>
#       default: []
#       description: further words, in lower case
package policy.conventions.reserved_name

import data.config.conventions.reserved_name as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	count(engines) + count(cfg.words) > 0
	some change in input.changes
	not temporary(change)
	some named in names(change)
	some why in reasons(lower(named.word))
	not stood_before(change, named)
	finding := {
		"message": sprintf("%s `%s` is called by a word that %s", [named.what, subject(change, named), why]),
		"at": object.get(named, "loc", change.loc),
		"help": "use another word",
	}
}

# What a change gives a name; not the one that a rebuilt table only has until it takes the place of
# the old one.
names(change) := array.concat(table, columns) if {
	change.kind in {"create_table", "add_column"}
	table := [{"what": "table", "word": change.object.name} |
		change.kind == "create_table"
		change.new
		count(keys(change.table)) == 1
	]
	columns := [object.union({"what": "column", "word": column.name}, place) |
		some column in written(change)
		place := {"loc": object.get(column, "loc", change.loc)}
	]
}

names(change) := [{"what": "table", "word": change.to}] if {
	change.kind == "rename_table"
}

names(change) := [{"what": "column", "word": change.to}] if {
	change.kind in {"rename_column", "redefine_column"}
	change.to
}

subject(change, named) := sprintf("%s.%s", [change.table, named.word]) if {
	named.what == "column"
}

subject(change, named) := object.get(change, "to", change.table) if {
	named.what == "table"
}

reasons(word) := {why |
	some engine in engines
	contains(reserved[engine], sprintf(" %s ", [word]))
	why := sprintf("%s reserves: it has to be quoted in every statement", [spelled[engine]])
} | {"this project does not use" | some avoided in cfg.words; avoided == word}

engines := ({input.dialect.engine} | {engine | some engine in cfg.also}) & {"mysql", "mariadb", "sqlite"}

spelled := {"mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite"}

# A table that is built anew takes the name of the old one in the end.
stood_before(change, named) if {
	some key in keys(change.table)
	some old in input.before.tables[key].columns
	named.what == "column"
	old.name == named.word
}

stood_before(change, named) if {
	named.what == "table"
	change.kind == "rename_table"
	input.before.tables[qualified(change.after)]
}

keys(key) := {key} | {qualified(rename.after) | some rename in renames; rename.table == key}

renames := [change | some change in input.changes; change.kind == "rename_table"]

qualified(table) := sprintf("%s.%s", [table.schema, table.name])

qualified(table) := table.name if not table.schema

temporary(change) if change.temporary

temporary(change) if input.after.tables[change.table].temporary

# MySQL 9.7, MariaDB 11.8 and SQLite 3.40: what the servers take for a name only in quotes. As text,
# each word between blanks: a set of them would be made anew for each migration.
reserved := {
	"mysql": ` accessible add all alter analyze and as asc asensitive before between bigint binary blob both by 
 call cascade case change char character check collate column condition constraint continue 
 convert create cross cube cume_dist current_date current_time current_timestamp current_user 
 cursor database databases day_hour day_microsecond day_minute day_second dec decimal declare 
 default delayed delete dense_rank desc describe deterministic distinct distinctrow div double 
 drop dual each else elseif empty enclosed escaped except exists exit explain external false 
 fetch first_value float float4 float8 for force foreign from fulltext function generated get 
 grant group grouping groups having high_priority hour_microsecond hour_minute hour_second if 
 ignore in index infile inner inout insensitive insert int int1 int2 int3 int4 int8 integer 
 intersect interval into io_after_gtids io_before_gtids is iterate join json_table key keys kill 
 lag last_value lateral lead leading leave left library like limit linear lines load localtime 
 localtimestamp lock long longblob longtext loop low_priority match maxvalue mediumblob mediumint 
 mediumtext middleint minute_microsecond minute_second mod modifies natural no_write_to_binlog 
 not nth_value ntile null numeric of on optimize optimizer_costs option optionally or order out 
 outer outfile over partition percent_rank precision primary procedure purge qualify range rank 
 read read_write reads real recursive references regexp release rename repeat replace require 
 resignal restrict return revoke right rlike row row_number rows schema schemas 
 second_microsecond select sensitive separator set show signal smallint spatial specific sql 
 sql_big_result sql_calc_found_rows sql_small_result sqlexception sqlstate sqlwarning ssl 
 starting stored straight_join system table tablesample terminated then tinyblob tinyint tinytext 
 to trailing trigger true undo union unique unlock unsigned update usage use using utc_date 
 utc_time utc_timestamp values varbinary varchar varcharacter varying virtual when where while 
 window with write xor year_month zerofill `,
	"mariadb": ` accessible add all alter analyze and as asc asensitive before between bigint binary blob both by 
 call cascade case change char character check collate column condition constraint continue 
 convert create cross current_date current_role current_time current_timestamp current_user 
 cursor databases day_hour day_microsecond day_minute day_second dec decimal declare default 
 delayed delete delete_domain_id desc describe deterministic distinct distinctrow div 
 do_domain_ids double drop dual each else elseif enclosed escaped except exists exit explain 
 false fetch float float4 float8 for force foreign from fulltext grant group having high_priority 
 hour_microsecond hour_minute hour_second if ignore ignore_domain_ids in index infile inner inout 
 insensitive insert int int1 int2 int3 int4 int8 integer intersect interval into is iterate join 
 key keys kill leading leave left like limit linear lines load localtime localtimestamp lock long 
 longblob longtext loop low_priority master_demote_to_replica master_demote_to_slave match 
 maxvalue mediumblob mediumint mediumtext middleint minute_microsecond minute_second mod modifies 
 natural no_write_to_binlog not null numeric offset on optimize optionally or order out outer 
 outfile over page_checksum parse_vcol_expr partition portion precision primary procedure purge 
 range read read_write reads real recursive ref_system_id references regexp release rename repeat 
 replace require resignal restrict return returning revoke right rlike row_number rows schemas 
 second_microsecond select sensitive separator set show signal smallint spatial specific sql 
 sql_after_gtids sql_before_gtids sql_big_result sql_calc_found_rows sql_small_result 
 sqlexception sqlstate sqlwarning ssl starting stats_auto_recalc stats_persistent 
 stats_sample_pages straight_join table terminated then tinyblob tinyint tinytext to trailing 
 trigger true undo union unique unlock unsigned update usage use using utc_date utc_time 
 utc_timestamp values varbinary varchar varcharacter varying vector when where while with write 
 xor year_month zerofill `,
	"sqlite": ` add all alter and as autoincrement between case cast check collate commit constraint create 
 default deferrable delete distinct drop else escape except exists foreign from group having if 
 in index insert intersect into is isnull join limit not nothing notnull null on or order primary 
 raise references returning select set table then to transaction union unique update using values 
 when where `,
}

written(change) := change.columns if {
	change.kind == "create_table"
}

written(change) := [change.column] if {
	change.kind == "add_column"
}

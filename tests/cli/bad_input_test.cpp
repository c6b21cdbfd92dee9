// Bad input in flags and in JSON lines: names, limits, numbers, ranges.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/cli/bad_input.h"

using daybook::test::BadPlace;
using daybook::test::check_bad_input;

TEST_CASE("bad input: names") {
  check_bad_input(BadPlace(),
                  {
                      {"daybook append $LOG --stream '' --type t --data 1", 2, "stream"},
                      {"daybook append $LOG --stream s --type '' --data 1", 2, "type"},
                      {"daybook $A --tag ''", 2, "tag"},
                      {"daybook append $LOG --stream $(long 513) --type t --data 1", 2, "512"},
                      {"daybook append $LOG --stream s --type $(long 257) --data 1", 2, "256"},
                      {"daybook $A --tag $(long 257)", 2, "256"},
                      {"daybook append $LOG --stream $'a\\nb' --type t --data 1", 2, "control character"},
                      {"daybook append $LOG --stream $'\\x1b[2J' --type t --data 1", 2, "control character"},
                      {"daybook append $LOG --stream s --type $'a\\x7f' --data 1", 2, "control character"},
                      {"daybook $A --tag $'\\x01'", 2, "control character"},
                      {"daybook append $LOG --stream $'\\xff' --type t --data 1", 2, "UTF-8"},
                      {"daybook append $LOG --stream $'\\xed\\xa0\\x80' --type t --data 1", 2, "UTF-8"},
                      {"daybook append $LOG --stream s --type $'\\xc0\\x80' --data 1", 2, "UTF-8"},
                      {"daybook append $LOG --stream '$own' --type t --data 1", 2, "$"},
                      {"daybook append $LOG --stream s --type '$own' --data 1", 2, "$"},
                      {"daybook $A $(many 65 '--tag t%s ')", 2, "64"},
                      {"daybook read $LOG --stream ''", 2, "stream"},
                      {"daybook read $LOG --type ''", 2, "type"},
                      {"daybook read $LOG --tag $(long 300)", 2, "256"},
                      {"daybook read $LOG --stream $'\\xff'", 2, "UTF-8"},
                      {"daybook read $LOG $(many 257 '--tag t%s ')", 2, "256"},
                  });
}

TEST_CASE("bad input: events and commits as JSON lines") {
  check_bad_input(
      BadPlace(),
      {
          {"event ',\"stream\":\"x\"' | daybook append - $LOG", 1, "'stream' is given twice"},
          {"event ',\"contentType\":\"\"' | daybook append - $LOG", 1, "content type"},
          {"event ',\"metadata\":{\"headers\":{\"\":\"x\"}}' | daybook append - $LOG", 1, "header"},
          {"event \",\\\"metadata\\\":{\\\"headers\\\":{$(many 33 '\"h%s\":\"\",')\\\"z\\\":\\\"\\\"}}\" | daybook "
           "append - $LOG",
           1, "32"},
          {"event \",\\\"metadata\\\":{\\\"headers\\\":{\\\"h\\\":\\\"$(long 16400)\\\"}}\" | daybook append - $LOG", 1,
           "16384"},
          {"event \",\\\"metadata\\\":{\\\"traceparent\\\":\\\"$(long 300)\\\"}\" | daybook append - $LOG", 1, "256"},
          {"event ',\"metadata\":{\"correlationId\":\"x\"}' | daybook append - $LOG", 1, "UUID"},
          {"event ',\"occurredAt\":\"yesterday\"' | daybook append - $LOG", 1, "occurredAt"},
          {"event ',\"tags\":\"a\"' | daybook append - $LOG", 1, "array"},
          {"event ',\"dataBase64\":\"AA==\"' | daybook append - $LOG", 1, "either 'data' or 'dataBase64'"},
          {"echo '{' | daybook append - $LOG", 1, "stdin:1: it is not valid JSON"},
          {"echo '{\"stream\":\"s\",\"type\":\"t\",\"data\":01}' | daybook append - $LOG", 1, "not valid JSON"},
          {"printf '\\xff\\n' | daybook append - $LOG", 1, "UTF-8"},
          {"echo '[]' | daybook append - $LOG", 1, "must be a JSON object"},
          {"echo '{\"events\":[]}' | daybook append - $LOG", 1, "at least one event"},
          {"echo '{\"gap\":{\"from\":1,\"through\":2,\"reason\":\"x\"}}' | daybook append - $LOG", 1, "a gap"},
          {"head -c 100000 /dev/zero | tr '\\0' '[' | daybook append - $LOG", 1, "not valid JSON"},
          {"head -c 70000000 /dev/zero | tr '\\0' ' ' | daybook append - $LOG", 1, "stdin:1: "},
          {"(printf '{\"events\":['; many 10000 '{\"stream\":\"s\",\"type\":\"t\",\"data\":1},'; echo "
           "'{\"stream\":\"s\",\"type\":\"t\",\"data\":1}]}') | daybook append - $LOG",
           1, "10000"},
          {"(many 10001 '{\"stream\":\"s\",\"type\":\"t\",\"data\":1}\\n') | daybook append - --atomic $LOG", 1,
           "10,000"},
          {"(printf '{\"events\":['; many 1024 '{\"stream\":\"s%s\",\"type\":\"t\",\"data\":1},'; echo "
           "'{\"stream\":\"s\",\"type\":\"t\",\"data\":1}]}') | daybook append - $LOG",
           1, "1024"},
          {"daybook append $LOG --stream s --type t --data '{'", 2, "JSON"},
          {"daybook append $LOG --stream s --type t --data ''", 2, "JSON"},
          {"daybook append $LOG --stream s --type t --data $'\"\\xff\"'", 2, "UTF-8"},
          {"daybook append $LOG --stream s --type t --data @none.json", 3, "none.json"},
          {"daybook append $LOG --stream s --type t --data @foreign", 3, "foreign"},
          {"(printf '\"'; long 8388608; printf '\"') | daybook append $LOG --stream s --type t --data -", 2, "8388608"},
          {"daybook append $LOG --stream s --type t --data - <&-", 3, "cannot read the input: Bad file descriptor"},
          {"daybook append - $LOG <&-", 3, "cannot read the input: Bad file descriptor"},
          {"daybook $A --fail-if-match '[{\"type\":\"x\"}]'", 2, "is not one of"},
          {"daybook $A --fail-if-match '{'", 2, "JSON"},
          {"daybook $A --fail-if-match \"[$(many 64 '{},'){}]\"", 2, "64"},
          {"daybook $A --fail-if-match '[{\"streams\":[\"a\"],\"streamPrefix\":\"b\"}]'", 2, "prefix"},
      });
}

TEST_CASE("bad input: flags") {
  check_bad_input(BadPlace(), {
                                  {"daybook read $LOG --from -1", 2, "--from"},
                                  {"daybook read $LOG --from 281474976710656", 2, "281474976710655"},
                                  {"daybook read $LOG --through 99999999999999999999999", 2, "whole number"},
                                  {"daybook read $LOG --limit 1.5", 2, "whole number"},
                                  {"daybook read $LOG --limit ''", 2, "--limit"},
                                  {"daybook read $LOG --limit", 2, "--limit"},
                                  {"daybook read $LOG --from 3 --from 4", 2, "--from"},
                                  {"daybook read $LOG --from 5 --through 2", 0, "--from 5 is beyond --through 2"},
                                  {"daybook read $LOG --since 2011-13-01", 2, "is not a time"},
                                  {"daybook read $LOG --since 2011-02-30", 2, "is not a time"},
                                  {"daybook read $LOG --until ''", 2, "is not a time"},
                                  {"daybook read $LOG --correlation 0", 2, "UUID"},
                                  {"daybook read $LOG s", 2, "s"},
                                  {"daybook get $LOG 0", 1, "0"},
                                  {"daybook get $LOG 3", 1, "the head is 2"},
                                  {"daybook get $LOG", 2, "required"},
                                  {"daybook get $LOG 1 2", 2, "2"},
                                  {"daybook get $LOG ''", 2, "whole number"},
                                  {"daybook $A --expect -1", 2, "--expect"},
                                  {"daybook $A --after 1", 2, "--fail-if-match"},
                                  {"daybook $A --key x", 2, "UUID"},
                                  {"daybook $A --durability never", 2, "fsync or buffered"},
                                  {"daybook append $LOG --stream s --type t", 2, "--data"},
                                  {"daybook append $LOG --stream s --stream r --type t --data 1", 2, "--stream"},
                                  {"daybook generate retail $LOG --orders 0", 2, "--orders"},
                                  {"daybook generate retail $LOG --orders x", 2, "--orders"},
                                  {"daybook generate retail $LOG", 2, "--orders"},
                                  {"daybook generate wholesale $LOG --orders 1", 2, "wholesale"},
                                  {"daybook projection $LOG", 2, "daybook projection --help"},
                                  {"daybook projection run nothing $LOG", 2, "inventory"},
                                  {"daybook projection query nothing $LOG", 2, "inventory"},
                                  {"daybook projection query inventory $LOG", 1, "never ran"},
                                  {"daybook projection query analytics $LOG --top 0 --by orders", 2, "--top"},
                                  {"daybook projection query analytics $LOG --top 1 --by colour", 2, "colour"},
                                  {"daybook projection query analytics $LOG --top 1", 2, "--by"},
                                  {"daybook projection query analytics $LOG --dimension moon", 2, "moon"},
                                  {"daybook --nonsense", 2, "--nonsense"},
                                  {"daybook \"$(long 5000)\"", 2, "is no command"},
                                  {"daybook $'\\x1b[31m'", 2, "is no command"},
                                  {"daybook $'\\xff\\xfe'", 2, "is no command"},
                                  {"daybook ''", 2, "is no command"},
                                  {"daybook --log", 2, "--log"},
                                  {"daybook --log log", 2, "which command?"},
                                  {"daybook export $LOG extra", 2, "extra"},
                                  {"daybook export $LOG --skip-damaged=maybe", 2, "maybe"},
                                  {"daybook import $LOG", 2, "FILE"},
                              });
}

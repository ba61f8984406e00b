-- What changes a table while it is streamed. Each paragraph is a transaction; both sides have read it before the next one is run,
-- so that what they ask the catalog about the table of now is the table of then.
CREATE SCHEMA z;
CREATE SCHEMA y;
CREATE EXTENSION hstore;
CREATE TYPE z.mood AS ENUM ('sad', 'ok');
CREATE TABLE z.cols (id int PRIMARY KEY, a text, b int NOT NULL DEFAULT 7, e z.mood, big text);
ALTER TABLE z.cols ALTER big SET STORAGE EXTERNAL;
CREATE TABLE z.whole (id int PRIMARY KEY, a text, n numeric(10, 2));
ALTER TABLE z.whole REPLICA IDENTITY FULL;
CREATE TABLE z.keys (a int NOT NULL, b text NOT NULL, c text, d bigint);
ALTER TABLE z.keys REPLICA IDENTITY FULL;
CREATE TABLE z.identities (a int PRIMARY KEY, b text NOT NULL, c text);
CREATE UNIQUE INDEX identities_b ON z.identities (b);
CREATE TABLE z.types (id int PRIMARY KEY, i smallint, t varchar(10), n numeric(6, 2), ts timestamp, j json, a int[]);
CREATE TABLE z.moved (id int PRIMARY KEY, v text);
CREATE TABLE z.again (id int PRIMARY KEY, v text);
CREATE TABLE z.inside (id int PRIMARY KEY, v text);
CREATE TABLE z.required (id int PRIMARY KEY);
CREATE TABLE z.done (id int PRIMARY KEY);

INSERT INTO z.cols SELECT i, 'a' || i, i, 'sad', repeat('x', 3000) FROM generate_series(1, 6) i;
INSERT INTO z.whole SELECT i, 'a' || i, i FROM generate_series(1, 6) i;

ALTER TABLE z.cols ADD COLUMN c text;
ALTER TABLE z.whole ADD COLUMN c text;

INSERT INTO z.cols VALUES (10, 'ten', 10, 'ok', NULL, 'c');
UPDATE z.cols SET c = 'set' WHERE id = 1;
UPDATE z.cols SET id = 11 WHERE id = 2;
DELETE FROM z.cols WHERE id = 3;
UPDATE z.whole SET c = 'set' WHERE id = 1;
UPDATE z.whole SET id = 11 WHERE id = 2;
DELETE FROM z.whole WHERE id = 3;

ALTER TABLE z.cols ADD COLUMN d int NOT NULL DEFAULT 5, ADD COLUMN f timestamptz NOT NULL DEFAULT now();
ALTER TABLE z.whole ADD COLUMN d int NOT NULL DEFAULT 5;

INSERT INTO z.cols (id, f) VALUES (20, '2020-01-01 00:00+00');
UPDATE z.cols SET d = 6, f = '2020-01-01 00:00+00' WHERE id = 1;
UPDATE z.cols SET id = 21, f = '2020-01-01 00:00+00' WHERE id = 10;
DELETE FROM z.cols WHERE id = 20;
INSERT INTO z.whole (id) VALUES (20);
UPDATE z.whole SET d = 6 WHERE id = 1;
DELETE FROM z.whole WHERE id = 4;

ALTER TABLE z.cols ALTER d SET DEFAULT 8, ALTER a SET DEFAULT 'none', ALTER b DROP DEFAULT;

INSERT INTO z.cols (id, b, f) VALUES (30, 1, '2020-01-01 00:00+00');
UPDATE z.cols SET d = 9 WHERE id = 30;
DELETE FROM z.cols WHERE id = 30;

ALTER TABLE z.cols ALTER a DROP DEFAULT, ALTER d DROP DEFAULT, ALTER d DROP NOT NULL, ALTER f SET DEFAULT '2020-02-02 00:00+00';

INSERT INTO z.cols (id, b) VALUES (31, 1);
UPDATE z.cols SET d = 9 WHERE id = 31;
UPDATE z.cols SET d = NULL WHERE id = 31;

UPDATE z.cols SET a = '' WHERE a IS NULL;

ALTER TABLE z.cols ALTER a SET NOT NULL;

INSERT INTO z.cols (id, b, a) VALUES (32, 1, 'now needed');
UPDATE z.cols SET a = 'x' WHERE id = 32;
DELETE FROM z.cols WHERE id = 32;

ALTER TABLE z.cols RENAME COLUMN a TO renamed;
ALTER TABLE z.whole RENAME COLUMN a TO "Re named";

INSERT INTO z.cols (id, b, renamed) VALUES (40, 1, 'r');
UPDATE z.cols SET renamed = 's' WHERE id = 40;
DELETE FROM z.cols WHERE id = 40;
UPDATE z.whole SET "Re named" = 's' WHERE id = 20;
DELETE FROM z.whole WHERE id = 20;

ALTER TABLE z.cols DROP COLUMN c;
ALTER TABLE z.whole DROP COLUMN c;

INSERT INTO z.cols (id, b, renamed) VALUES (50, 1, 'without c');
UPDATE z.cols SET b = 2 WHERE id = 50;
UPDATE z.whole SET d = 7 WHERE id = 1;
DELETE FROM z.whole WHERE id = 5;

ALTER TABLE z.cols ADD COLUMN c int;
ALTER TABLE z.whole ADD COLUMN c int;

INSERT INTO z.cols (id, b, renamed, c) VALUES (51, 1, 'with another c', 4);
UPDATE z.cols SET c = 5 WHERE id = 50;
DELETE FROM z.cols WHERE id = 51;
UPDATE z.whole SET c = 7 WHERE id = 1;
DELETE FROM z.whole WHERE id = 1;

-- Dropped and added again in one statement, and beside changes in one transaction.
ALTER TABLE z.cols DROP COLUMN c, ADD COLUMN c boolean NOT NULL DEFAULT true;
INSERT INTO z.cols (id, b, renamed) VALUES (52, 1, 'c is true');
UPDATE z.cols SET c = false WHERE id = 50;

INSERT INTO z.types VALUES (1, 1, 'one', 1.5, '2020-01-01 00:00:00', '{"a":  1}', '{1,2}'), (2, 2, 'two', 2.5, '2020-01-02 00:00:00', '[]', '{}');

ALTER TABLE z.types ALTER i TYPE int, ALTER t TYPE varchar(20), ALTER n TYPE numeric(8, 4), ALTER ts TYPE timestamp(3);

INSERT INTO z.types VALUES (3, 70000, 'longer than ten', 1.2345, '2020-01-01 00:00:00.123', '1', '{3}');
UPDATE z.types SET i = 5 WHERE id = 1;
DELETE FROM z.types WHERE id = 2;

ALTER TABLE z.types ALTER i TYPE bigint, ALTER t TYPE text, ALTER n TYPE double precision, ALTER ts TYPE timestamptz USING ts AT TIME ZONE 'UTC', ALTER j TYPE jsonb USING j::jsonb, ALTER a TYPE bigint[];

INSERT INTO z.types VALUES (4, 9007199254740993, 'text', 1.5, '2020-01-01 00:00:00+00', '{"b":  2}', '{9007199254740993}');
UPDATE z.types SET i = 6 WHERE id = 1;
DELETE FROM z.types WHERE id = 3;

ALTER TABLE z.types ALTER i TYPE text, ALTER n TYPE text, ALTER j TYPE hstore USING NULL, ALTER a TYPE text[];

INSERT INTO z.types VALUES (5, 'number', 'text', 'text', '2020-01-01 00:00:00+00', 'a=>1', '{a,b}');
UPDATE z.types SET i = 'seven' WHERE id = 1;
DELETE FROM z.types WHERE id = 4;

-- The key's own type.
ALTER TABLE z.types ALTER id TYPE bigint;

INSERT INTO z.types (id, t) VALUES (9007199254740993, 'big key');
UPDATE z.types SET id = 9007199254740995 WHERE id = 9007199254740993;
DELETE FROM z.types WHERE id = 5;

ALTER TABLE z.types RENAME COLUMN id TO number;

INSERT INTO z.types (number, t) VALUES (10, 'other name of the key');
UPDATE z.types SET number = 11 WHERE number = 10;
DELETE FROM z.types WHERE number = 11;

INSERT INTO z.keys VALUES (1, 'b', 'c', 1), (2, 'bb', NULL, 2);
UPDATE z.keys SET c = 'cc' WHERE a = 1;

ALTER TABLE z.keys ADD PRIMARY KEY (a);

INSERT INTO z.keys VALUES (3, 'b', 'c', 1);
UPDATE z.keys SET c = 'ccc' WHERE a = 1;
UPDATE z.keys SET a = 4 WHERE a = 3;
DELETE FROM z.keys WHERE a = 2;

ALTER TABLE z.keys DROP CONSTRAINT keys_pkey, ADD PRIMARY KEY (b, a);

INSERT INTO z.keys VALUES (5, 'b5', 'c', 1);
UPDATE z.keys SET b = 'b1' WHERE a = 1;
UPDATE z.keys SET c = 'b1' WHERE a = 1;
DELETE FROM z.keys WHERE a = 5;

ALTER TABLE z.keys REPLICA IDENTITY DEFAULT;

INSERT INTO z.keys VALUES (6, 'b6', 'c', 1);
UPDATE z.keys SET b = 'b66' WHERE a = 6;
UPDATE z.keys SET c = 'c6' WHERE a = 6;
DELETE FROM z.keys WHERE a = 6;

-- The other order of the same columns.
ALTER TABLE z.keys DROP CONSTRAINT keys_pkey, ADD PRIMARY KEY (a, b);

INSERT INTO z.keys VALUES (7, 'b7', 'c', 1);
UPDATE z.keys SET b = 'b77' WHERE a = 7;
DELETE FROM z.keys WHERE a = 7;

-- None any more.
ALTER TABLE z.keys DROP CONSTRAINT keys_pkey, REPLICA IDENTITY FULL;

INSERT INTO z.keys VALUES (8, 'b8', 'c', 1);
UPDATE z.keys SET b = 'b88' WHERE a = 8;
DELETE FROM z.keys WHERE a = 8;

INSERT INTO z.identities VALUES (1, 'b', 'c'), (2, 'bb', 'c'), (3, 'bbb', 'c');
UPDATE z.identities SET c = 'd' WHERE a = 1;

ALTER TABLE z.identities REPLICA IDENTITY FULL;

UPDATE z.identities SET c = 'e' WHERE a = 1;
UPDATE z.identities SET a = 11 WHERE a = 1;
DELETE FROM z.identities WHERE a = 2;

ALTER TABLE z.identities REPLICA IDENTITY NOTHING;

INSERT INTO z.identities VALUES (4, 'b4', 'c');

ALTER TABLE z.identities REPLICA IDENTITY DEFAULT;

UPDATE z.identities SET c = 'f' WHERE a = 11;
UPDATE z.identities SET a = 1 WHERE a = 11;
DELETE FROM z.identities WHERE a = 4;

-- An index over other columns than the key's.
ALTER TABLE z.identities REPLICA IDENTITY USING INDEX identities_b;

UPDATE z.identities SET c = 'g' WHERE a = 1;
INSERT INTO z.identities VALUES (5, 'b5', 'c');

INSERT INTO z.moved VALUES (1, 'before'), (2, 'before');

ALTER TABLE z.moved RENAME TO moved_on;

INSERT INTO z.moved_on VALUES (3, 'under another name');
UPDATE z.moved_on SET v = 'x' WHERE id = 1;
DELETE FROM z.moved_on WHERE id = 2;

ALTER TABLE z.moved_on SET SCHEMA y;

INSERT INTO y.moved_on VALUES (4, 'not captured');

ALTER TABLE y.moved_on SET SCHEMA z;
ALTER TABLE z.moved_on RENAME TO moved;

INSERT INTO z.moved VALUES (5, 'back');
UPDATE z.moved SET v = 'y' WHERE id = 1;

INSERT INTO z.again VALUES (1, 'the first one');

DROP TABLE z.again;
CREATE TABLE z.again (key text PRIMARY KEY, n numeric NOT NULL DEFAULT 3, v int);

INSERT INTO z.again VALUES ('k', 1.5, 2);
UPDATE z.again SET v = 3;
DELETE FROM z.again;

CREATE TABLE z.fresh (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, v text DEFAULT 'v', p int NOT NULL DEFAULT 4);

INSERT INTO z.fresh (v) VALUES ('of a table that was not there'), (DEFAULT);
UPDATE z.fresh SET v = 'w' WHERE id = 1;
DELETE FROM z.fresh WHERE id = 2;

INSERT INTO z.inside VALUES (1, 'before'), (2, 'before');

-- Schemas of a table within one transaction.
UPDATE z.inside SET v = 'in it' WHERE id = 1;
ALTER TABLE z.inside ADD COLUMN w int;
INSERT INTO z.inside VALUES (3, 'with w', 1);
ALTER TABLE z.inside DROP COLUMN v;
INSERT INTO z.inside VALUES (4, 2);
DELETE FROM z.inside WHERE id = 2;

INSERT INTO z.inside VALUES (5, 5);

-- What is rolled back leaves no trace.
BEGIN;
ALTER TABLE z.inside ADD COLUMN gone text;
INSERT INTO z.inside VALUES (6, 6, 'gone');
ROLLBACK;

INSERT INTO z.inside VALUES (7, 7);

INSERT INTO z.required VALUES (1), (2);

ALTER TABLE z.required ADD COLUMN t text NOT NULL DEFAULT '', ADD COLUMN n numeric(5, 2) NOT NULL DEFAULT 1, ADD COLUMN d date NOT NULL DEFAULT '2020-01-01', ADD COLUMN a int[] NOT NULL DEFAULT '{}';

ALTER TABLE z.required ALTER t DROP DEFAULT, ALTER n DROP DEFAULT, ALTER d DROP DEFAULT, ALTER a DROP DEFAULT;

UPDATE z.required SET id = 3 WHERE id = 1;
DELETE FROM z.required WHERE id = 2;

UPDATE z.cols SET e = 'ok' WHERE id = 50;

ALTER TYPE z.mood ADD VALUE 'happy';

UPDATE z.cols SET e = 'happy' WHERE id = 50;

CREATE TYPE z.size AS ENUM ('small', 'large');
CREATE DOMAIN z.percent AS numeric(5, 2) CHECK (VALUE <= 100);
ALTER TABLE z.cols ADD COLUMN s z.size, ADD COLUMN p z.percent;

UPDATE z.cols SET s = 'large', p = 99.5 WHERE id = 50;
INSERT INTO z.cols (id, b, renamed, s) VALUES (60, 1, 'new types', 'small');

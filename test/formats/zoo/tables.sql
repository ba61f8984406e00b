-- The zoo: every type that a column may have, every form of key and replica identity, names and defaults of all kinds.
CREATE SCHEMA z;
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE EXTENSION ltree;
CREATE EXTENSION isn;

-- The server has neither PostGIS nor pgvector. Both sides know these types by name and get their values as text, so types of
-- the same names that keep any text are enough.
DO $$ DECLARE t text; BEGIN
  FOREACH t IN ARRAY ARRAY['vector', 'halfvec', 'sparsevec', 'geometry', 'geography'] LOOP
    EXECUTE format('CREATE TYPE %I', t);
    EXECUTE format('CREATE FUNCTION %I(cstring) RETURNS %I LANGUAGE internal IMMUTABLE STRICT AS %L', t || '_in', t, 'textin');
    EXECUTE format('CREATE FUNCTION %I(%I) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS %L', t || '_out', t, 'textout');
    EXECUTE format('CREATE TYPE %I (INPUT = %I, OUTPUT = %I, LIKE = text)', t, t || '_in', t || '_out');
  END LOOP;
END $$;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy, very', 'q"uote');
CREATE TYPE z.comp AS (a int, b text);
CREATE DOMAIN z.posint AS int CHECK (VALUE > 0);
CREATE DOMAIN z.amount AS numeric(10, 3);
CREATE DOMAIN z.amount2 AS z.amount;
CREATE DOMAIN z.shorttext AS varchar(20);

CREATE TABLE z.scalars (
  id int PRIMARY KEY, b boolean, i2 smallint, i4 int, i8 bigint, o oid, r real, d double precision,
  c char(5), v varchar(20), t text, ci citext, n name, qc "char", ba bytea, u uuid, j json, jb jsonb, x xml,
  ip inet, ci4 cidr, mac macaddr, mac8 macaddr8, e mood, l ltree, tv tsvector, h hstore, p point, isbn isbn, m money
);
CREATE TABLE z.bits (
  id int PRIMARY KEY, b1 bit(1), b bit, b2 bit(2), b7 bit(7), b24 bit(24), vb varbit, vb1 varbit(1), vb9 varbit(9), b64 bit(64)
);
CREATE TABLE z.nums (
  id int PRIMARY KEY, n numeric, n0 numeric(4), n2 numeric(10, 2), n30 numeric(30, 10), nneg numeric(5, -2),
  nsmall numeric(3, 5), dom z.amount, dom2 z.amount2, pi z.posint, st z.shorttext
);
CREATE TABLE z.special (id int PRIMARY KEY, n numeric, n2 numeric(10, 2), r real, d double precision);
CREATE TABLE z.times (
  id int PRIMARY KEY, d date, t time, t0 time(0), t3 time(3), t4 time(4), t6 time(6), tz timetz, tz3 timetz(3), tz0 timetz(0),
  ts timestamp, ts0 timestamp(0), ts3 timestamp(3), ts4 timestamp(4), ts6 timestamp(6),
  tsz timestamptz, tsz0 timestamptz(0), tsz3 timestamptz(3), tsz6 timestamptz(6), iv interval, iv3 interval(3)
);
CREATE TABLE z.old_times (
  id int PRIMARY KEY, d date, ts timestamp, ts0 timestamp(0), ts3 timestamp(3), tsz timestamptz, tsz0 timestamptz(0)
);
CREATE TABLE z.precisions (
  id int PRIMARY KEY, z1 timestamptz(1), z2 timestamptz(2), z4 timestamptz(4), z5 timestamptz(5), t1 time(1), t2 time(2), t5 time(5),
  s1 timestamp(1), s2 timestamp(2), s5 timestamp(5), y1 timetz(1)
);
CREATE TABLE z.infinite (
  id int PRIMARY KEY, d date, ts timestamp, ts3 timestamp(3), tsz timestamptz, tsz3 timestamptz(3), tr tsrange
);
CREATE TABLE z.ranges (
  id int PRIMARY KEY, i4 int4range, i8 int8range, n numrange, ts tsrange, tz tstzrange, d daterange, i4m int4multirange
);
CREATE TABLE z.unknowns (
  id int PRIMARY KEY, c z.comp, tq tsquery, xd xid, lsn pg_lsn, snap txid_snapshot, jp jsonpath, rc regclass
);
CREATE TABLE z.shapes (id int PRIMARY KEY, bx box, ci circle, li line, ls lseg, pa path, pg polygon);
CREATE TABLE z.exts (id int PRIMARY KEY, vec vector, hv halfvec, sv sparsevec, g geometry, gg geography);
CREATE TABLE z.arrays (
  id int PRIMARY KEY, i2 smallint[], i4 int[], i8 bigint[], o oid[], r real[], d double precision[], n numeric[], n2 numeric(10, 2)[],
  b boolean[], t text[], v varchar(10)[], c char(3)[], u uuid[], j json[], jb jsonb[], da date[], ti time[], ti3 time(3)[],
  tiz timetz[], ts timestamp[], ts3 timestamp(3)[], tsz timestamptz[], ba bytea[], e mood[], ip inet[], ci cidr[], mac macaddr[],
  i4r int4range[], tsr tsrange[], tzr tstzrange[], ct citext[], l ltree[], h hstore[], qc "char"[], tv tsvector[], g geometry[]
);
CREATE TABLE z.more_arrays (
  id int PRIMARY KEY, nm name[], m money[], iv interval[], vb varbit[], bi bit(3)[], x xml[], p point[], dm z.posint[], cp z.comp[]
);
CREATE TABLE z.dimensions (id int PRIMARY KEY, i int[], t text[], n numeric(5, 2)[]);
CREATE TABLE z.required (
  id int PRIMARY KEY, b boolean NOT NULL, i2 smallint NOT NULL, i4 int NOT NULL, i8 bigint NOT NULL, o oid NOT NULL,
  r real NOT NULL, d double precision NOT NULL, n numeric NOT NULL, n2 numeric(10, 2) NOT NULL, c char(5) NOT NULL,
  t text NOT NULL, ci citext NOT NULL, ba bytea NOT NULL, u uuid NOT NULL, j json NOT NULL, jb jsonb NOT NULL, x xml NOT NULL,
  ip inet NOT NULL, e mood NOT NULL, l ltree NOT NULL, tv tsvector NOT NULL, h hstore NOT NULL, p point NOT NULL,
  m money NOT NULL, b1 bit NOT NULL, b8 bit(8) NOT NULL, vb varbit NOT NULL, da date NOT NULL, ti time NOT NULL,
  ti3 time(3) NOT NULL, tiz timetz NOT NULL, ts timestamp NOT NULL, ts3 timestamp(3) NOT NULL, tsz timestamptz NOT NULL,
  iv interval NOT NULL, ir int4range NOT NULL, ia int[] NOT NULL, ta text[] NOT NULL, vec vector NOT NULL, hv halfvec NOT NULL,
  g geometry NOT NULL, gg geography NOT NULL, la ltree[] NOT NULL, na numeric[] NOT NULL, ea mood[] NOT NULL
);
CREATE TABLE z.defaults (
  id serial PRIMARY KEY, b boolean DEFAULT true, i2 smallint DEFAULT 3, i4 int NOT NULL DEFAULT 42,
  i8 bigint DEFAULT 9007199254740993, neg int DEFAULT -5, r real DEFAULT 1.5, d double precision NOT NULL DEFAULT 2.25,
  n numeric DEFAULT 1.10, n2 numeric(10, 2) DEFAULT 7.5, n2n numeric(10, 2) NOT NULL DEFAULT 3, c char(5) DEFAULT 'ab',
  t text DEFAULT 'x"y', tn text NOT NULL DEFAULT 'dflt', ci citext DEFAULT 'Ci', ba bytea DEFAULT '\x0102',
  u uuid DEFAULT '76019d1a-ad2e-4b22-96e9-1a6d6543c818', ug uuid DEFAULT gen_random_uuid(), j json DEFAULT '{"a": 1}',
  jb jsonb DEFAULT '{"b": 2}', x xml DEFAULT '<a/>', ip inet DEFAULT '10.0.0.1', e mood DEFAULT 'ok', l ltree DEFAULT 'a.b',
  h hstore DEFAULT '"a"=>"1"', p point DEFAULT '(1,2)', m money DEFAULT 1.5, b1 bit DEFAULT B'1', b8 bit(8) DEFAULT B'00000011',
  vb varbit DEFAULT B'101', da date DEFAULT '2020-02-03', ti time DEFAULT '01:02:03.456', ti3 time(3) DEFAULT '01:02:03.456',
  tiz timetz DEFAULT '01:02:03+02', ts timestamp DEFAULT '2020-02-03 04:05:06.789', ts3 timestamp(3) DEFAULT '2020-02-03 04:05:06.789',
  tsn timestamp DEFAULT now(), tsz timestamptz DEFAULT '2020-02-03 04:05:06.789+02', tsznn timestamptz NOT NULL DEFAULT now(),
  iv interval DEFAULT '1 day 2 hours', ia int[] DEFAULT '{1,2}', ta text[] NOT NULL DEFAULT ARRAY['a', 'b'],
  ir int4range DEFAULT '[1,3)', gen int GENERATED ALWAYS AS (1) STORED, idn int GENERATED BY DEFAULT AS IDENTITY,
  nul text DEFAULT NULL, vc varchar(10) DEFAULT 'vc'
);
CREATE TABLE z.expressions (id int PRIMARY KEY, joined text DEFAULT 'a' || 'b', sum int DEFAULT 1 + 2);
CREATE TABLE z.toast (
  id int PRIMARY KEY, n int, t text, tn text NOT NULL, v varchar, j json, jb jsonb, x xml, ba bytea, ta text[], va varchar[],
  ca char(3)[], ja json[], jba jsonb[], baa bytea[], ia int[], i8a bigint[], da date[], ua uuid[], h hstore, ci citext, tv tsvector, l ltree
);
CREATE TABLE z.more_toast (
  id int PRIMARY KEY, n int, i2a smallint[], na numeric[], tsa timestamp[], da8 double precision[], ba1 boolean[], num numeric,
  vb varbit, vec vector, g geometry
);
CREATE TABLE z.toast_full (id int PRIMARY KEY, n int, t text, ba bytea, ia int[]);
ALTER TABLE z.toast_full REPLICA IDENTITY FULL;
CREATE TABLE z.keyless (a int, b text);
ALTER TABLE z.keyless REPLICA IDENTITY FULL;
CREATE TABLE z.comp_key (b text, a int, c bigint, z text, PRIMARY KEY (c, a));
CREATE TABLE z.full_key (a int, b text, n numeric(5, 2), PRIMARY KEY (a, b));
ALTER TABLE z.full_key REPLICA IDENTITY FULL;
CREATE TABLE z."We ird-Näme" (
  id int PRIMARY KEY, "col umn" int, "Größe" text, "1st" int, "a-b.c" int, "A" int, "q""uote" text, "$x" int, "é" int, _ok int
);
CREATE TABLE z.index_key (a int NOT NULL, b text NOT NULL, c text);
CREATE UNIQUE INDEX index_key_b ON z.index_key (b);
ALTER TABLE z.index_key REPLICA IDENTITY USING INDEX index_key_b;
CREATE TABLE z.truncated (id int PRIMARY KEY);
CREATE TABLE z.odd_keys (ts timestamptz, d date, n numeric(5, 2), u uuid, b bytea, t text, v text, PRIMARY KEY (ts, d, n, u, b, t));
CREATE TABLE z.wide_keys (
  ia int[], d double precision, r real, n numeric(20, 10), b boolean, t text, h hstore, ba bytea, e mood, i8 bigint, nn numeric, da date,
  ts timestamp, ts3 timestamp(3), PRIMARY KEY (ia, d, r, n, b, t, h, ba, e, i8, nn, da, ts, ts3)
);
CREATE TABLE z.masked (
  id int PRIMARY KEY, stars_t text, stars_v varchar(3), stars_c char(4), stars_e mood, stars_n int, stars_ci citext, stars_j json,
  stars_nn text NOT NULL, stars_d z.shorttext, nothing text, hash_t text, hash_v varchar(8), hash_e mood, hash_n int, hash_nn text NOT NULL,
  hash_df text NOT NULL DEFAULT 'dflt', hash_do text DEFAULT 'opt', hash_a text[], v2_t text, v2_c char(70), v2_d z.shorttext, v2_q "char", md5 text,
  cut_t text, cut_v varchar(4), cut_w varchar(5), cut_b bytea, cut_j jsonb, cut_u uuid, cut_x xml, cut_e mood, cut_tz timestamptz, cut_a text[],
  cut_bi bit(16), cut_n numeric, cut_i int, cut_h hstore
);
ALTER TABLE z.masked REPLICA IDENTITY FULL;
CREATE TABLE z.masked_part (id int PRIMARY KEY, stars_nn text NOT NULL, hash_nn text NOT NULL, cut_nn text NOT NULL, hash_big text);
-- The last table that is written to.
CREATE TABLE z.done (id int PRIMARY KEY);

-- Values that do not fit into a page are stored out of line at once and without compression.
DO $$ DECLARE c record; BEGIN
  FOR c IN SELECT attrelid::regclass AS rel, attname FROM pg_attribute
    WHERE attrelid IN ('z.toast'::regclass, 'z.more_toast'::regclass) AND attnum > 0 AND attstorage <> 'p'
  LOOP
    BEGIN
      EXECUTE format('ALTER TABLE %s ALTER %I SET STORAGE EXTERNAL', c.rel, c.attname);
    EXCEPTION WHEN feature_not_supported THEN NULL;
    END;
  END LOOP;
END $$;

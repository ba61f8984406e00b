INSERT INTO z.scalars VALUES
  (1, true, -32768, -2147483648, -9223372036854775808, 4294967295, 1.5, 0.1, 'ab', 'var', 'text', 'CiText', 'nam', 'q', '\x00ff10',
   '76019D1A-ad2e-4b22-96e9-1a6d6543c818', '{"a" :  1}', '{"b": [1, 2.0, "x"]}', '<a>b</a>', '10.0.0.1/24', '10.0.0.0/24',
   '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', 'happy, very', 'a.b.c', 'fat:1 cat:2A', '"k"=>"v", "n"=>NULL', '(1.5,-2)',
   '0-393-04002-X', '$1,234.11');
INSERT INTO z.scalars VALUES
  (2, false, 32767, 2147483647, 9223372036854775807, 0, 'NaN', 'NaN', '', '',
   E'esc " \\ \n \t \b \f \r \x01 \x1f \x7f é € 😀 \u2028 / <', '', '', '', '', '00000000-0000-0000-0000-000000000000', '[]', '{}',
   '<a/>', '::1', '::/0', '00:00:00:00:00:00', '00:00:00:00:00:00:00:00', 'sad', '', '', '"q\"x"=>"a\\b😀"', '(0,0)', '0-393-04002-X', '-$5.05');
INSERT INTO z.scalars (id) VALUES (3);

INSERT INTO z.scalars (id, r, d, p, m, qc, n) VALUES (4, 'Infinity', '-Infinity', '(1e300,1e-300)', '0.005', 'é', 'naïve');
INSERT INTO z.scalars (id, r, d) VALUES
  (5, '-Infinity', 'Infinity'), (6, 1e10, 1e22), (7, 1e-10, 1e-7), (8, 0.001, 0.001), (9, 1e7, 1e7), (10, 9999999, 9999999),
  (11, '-0', '-0'), (12, 3.4028235e38, 1.7976931348623157e308), (13, 1.4e-45, 4.9e-324), (14, 100, 100),
  (15, 16777216, 0.00001), (16, 8388608.5, 12345678.9), (17, 0.5, 123456789012345680), (18, -1.0e-3, -9.5e-4);

INSERT INTO z.bits VALUES
  (1, '1', '1', '11', '1000000', '000000110000001000000001', '101', '1', '101000001', B'1000000000000000000000000000000000000000000000000000000000000000'),
  (2, '0', '0', '00', '0000000', '000000000000000000000000', '', '0', '000000000', B'0000000000000000000000000000000000000000000000000000000000000001');
INSERT INTO z.bits (id, vb, vb9) VALUES (3, B'111011010001000110000001000000001', B'1'), (4, NULL, NULL);

INSERT INTO z.nums VALUES
  (1, 10.1111, 1234, 1.10, 12345678901234567890.0123456789, 12345, 0.00123, 1.5, 2.25, 7, 'dom'),
  (2, -10.1100, -1, -1.1, -0.0000000001, -99900, -0.00001, -1, -2.5, 1, ''),
  (3, 100, 0, 0, 0, 0, 0, 0, 0, 1, '0'),
  (4, 1e30, 9999, 99999999.99, 99999999999999999999.9999999999, 49, 0.00999, 9999999.999, 1, 1, '1'),
  (5, 0.00, 128, 1.28, 0.0000000128, -100, -0.00128, 1.28, -1.28, 128, 'x'),
  (6, 1e-20, -128, -1.28, -1.28, 100, 0.00128, -1.28, -1.28, 128, 'x'),
  (7, -1e20, -129, -1.29, -1.29, 100, 0.00128, -1.29, -1.29, 128, 'x');
INSERT INTO z.nums (id) VALUES (8);

INSERT INTO z.special VALUES (1, 'NaN', 'NaN', 'NaN', 'NaN'), (2, 'Infinity', 1, 'Infinity', 'Infinity'), (3, '-Infinity', 1, '-Infinity', '-Infinity');

INSERT INTO z.times VALUES
  (1, '2016-11-04', '13:51:30.123456', '13:51:30', '13:51:30.123', '13:51:30.1234', '13:51:30.12', '13:51:30.123789+02:00', '13:51:30.123+02:00',
   '13:51:30+02', '2016-11-04 13:51:30.123456', '2016-11-04 13:51:30', '2016-11-04 13:51:30.123', '2016-11-04 13:51:30.1234',
   '2016-11-04 13:51:30', '2016-11-04T13:51:30.123456+02:00', '2016-11-04T13:51:30+02:00', '2016-11-04T13:51:30.12+02:00',
   '2016-11-04T13:51:30.5+02:00', 'P1Y2M3DT4H5M6.78S', '1 day 00:00:01.5'),
  (2, '1900-01-01', '00:00', '00:00', '24:00:00', '24:00', '24:00', '00:00-15:59', '24:00:00+00', '00:00+05:30', '1969-12-31 23:59:59.999999',
   '1900-01-01', '1969-12-31 23:59:59.999', '1677-09-22', '2200-12-31 23:59:59.999999', '1969-12-31 23:59:59.999999+00',
   '1900-01-01 00:00+00', '2020-01-01 00:00+00', '2020-01-01 00:00:00.000001+00', '-1 years -2 mons +3 days -04:05:06.789', '-00:00:00.5'),
  (3, '2200-12-31', '12:00:00.1', '12:00', '12:00:00.1', '12:00:00.1', '12:00:00.000001', '12:00:00.1+00', '12:00:00.01+00', '12:00+00',
   '2255-06-05 23:47:34.740993', '2255-06-06', '2255-06-06 00:00:00.001', '2255-06-06 00:00:00.0001', '2262-04-11 23:47:16.854775',
   '2300-01-01 00:00:00.123456+00', '10000-01-01 00:00+00', '21016-11-04 06:51:30.1+00', '2020-01-01 00:00:00.100000+00', '0', '1 mon'),
  (4, '10000-01-01', '23:59:59.999999', '23:59:59', '23:59:59.999', '23:59:59.9999', '23:59:59.999999', '23:59:59.999999+15:59', '23:59:59.999-11',
   '23:59-03', '1970-01-01', '1970-01-01', '1970-01-01', '1970-01-01', '1970-01-01', '9999-12-31 23:59:59.999999+00', '9999-12-31 23:59:59+00',
   '10000-01-01 00:00:00.1+00', '10000-01-01 00:00:00.1+00', '178000000 years', '1 year -1 mon 100:00:00');
INSERT INTO z.times (id, iv) VALUES (5, '10 mons 29 days 23:59:59.999999'), (6, NULL);

INSERT INTO z.old_times VALUES
  (1, '4713-01-01 BC', '4713-12-31 23:59:59.999999 BC', '0044-03-15 BC', '0044-03-15 12:00 BC', '4713-12-31T23:59:59.999999Z BC', '0001-12-31 23:59:59+00 BC'),
  (2, '0001-01-01', '0001-01-01', '1400-02-28', '0001-12-31 23:59:59 BC', '0001-01-01 00:00+00', '0001-01-01 00:00+00'),
  (3, '5874897-12-31', '294246-12-31 23:59:59.999999', '12345-06-07 08:09:10', '2300-01-01 00:00:00.001', '294246-12-31 23:59:59.999999+00', '10000-01-01 00:00+00');

INSERT INTO z.precisions VALUES
  (1, '2020-01-02 03:04:05.123456+00', '2020-01-02 03:04:05.123456+00', '2020-01-02 03:04:05.123456+00', '2020-01-02 03:04:05.123456+00',
   '03:04:05.123456', '03:04:05.123456', '03:04:05.123456', '2020-01-02 03:04:05.123456', '2020-01-02 03:04:05.123456', '2020-01-02 03:04:05.123456', '03:04:05.123456+01'),
  (2, '2020-01-02 03:04:05+00', '2020-01-02 03:04:05.5+00', '2020-01-02 03:04:05.10+00', '2020-01-02 03:04:05+00',
   '03:04:05', '03:04:05', '03:04:05', '2020-01-02 03:04:05', '2020-01-02 03:04:05', '2020-01-02 03:04:05', '03:04:05-13:30');

INSERT INTO z.infinite VALUES
  (1, 'infinity', 'infinity', 'infinity', 'infinity', 'infinity', '[infinity,]'),
  (2, '-infinity', '-infinity', '-infinity', '-infinity', '-infinity', 'empty');

INSERT INTO z.ranges VALUES
  (1, '[1000,6000)', '[1,2]', '[5.3,6.3)', '[2019-03-31 15:30:00,infinity)', '[2017-06-05 11:29:12.549426+00,)', '[2019-03-31,infinity)', '{[1,2),[5,9)}'),
  (2, 'empty', '(,)', '(,5]', '(,)', 'empty', '(,2020-01-01)', '{}');
INSERT INTO z.ranges (id) VALUES (3);

INSERT INTO z.unknowns VALUES (1, ROW(1, 'a b'), 'fat & cat', '7', '0/16B3748', '10:20:10,14,15', '$.a', 'pg_class');
INSERT INTO z.unknowns (id) VALUES (2);

INSERT INTO z.shapes VALUES (1, '(1,2),(3,4)', '<(1,2),3>', '{1,2,3}', '[(1,2),(3,4)]', '((1,2),(3,4))', '((1,2),(3,4))');

INSERT INTO z.exts VALUES
  (1, '[1,2.5,-3e-05]', '[1,2.5,3]', '{1:1.5,3:2}/5', '0101000020E6100000000000000000F03F0000000000000040', '0101000000000000000000F03F0000000000000040'),
  (2, '[0.1]', '[0.1,1e+10]', '{}/5', '0000000001400000000000000040000000000000', '010700000000000000');
INSERT INTO z.exts (id) VALUES (3);

INSERT INTO z.arrays VALUES
  (1, '{1,NULL,-2}', '{1,2}', '{9007199254740993,-1}', '{4294967295}', '{1.5,0.1}', '{0.1,1e22}', '{1.10,2,1e20}', '{1.5,2.25}', '{t,f,NULL}',
   '{a,"b c",NULL,"NULL","q\"x","back\\slash","{br}",""}', '{v,w}', '{ab,c}', '{76019d1a-ad2e-4b22-96e9-1a6d6543c818}', '{"{\"a\":1}","[]"}',
   '{"{\"a\": 1}"}', '{2020-01-02,1969-12-31}', '{01:02:03.456,23:00:00}', '{01:02:03.456}', '{01:02:03+02,01:02:03+00}',
   '{2020-01-02 03:04:05.678901,1960-01-01}', '{2020-01-02 03:04:05.678}', '{2020-04-01 11:51:02+00,2020-04-01 11:51:02.5+00}',
   ARRAY['\x0102'::bytea, '\x'], '{sad,"happy, very"}', '{10.0.0.1/24}', '{10.0.0.0/24}', '{08:00:2b:01:02:03}', '{"[1,3)",empty}',
   '{"[2019-03-31 15:30:00,infinity)"}', '{"[2017-06-05 11:29:12.549426+00,)"}', '{Aa,"b b"}', '{a.b,c}',
   ARRAY['"a"=>"1"'::hstore, '"b"=>NULL'], '{a,b}', '{"a:1"}', ARRAY['0101000020E6100000000000000000F03F0000000000000040'::geometry]);
INSERT INTO z.arrays (id, i4, t, n, ts, e, u, jb) VALUES (2, '{}', '{}', '{}', '{}', '{}', '{}', '{}');
INSERT INTO z.arrays (id, ti, tiz) VALUES (3, '{01:02:03.456789,24:00:00}', '{01:02:03.5+00}');
INSERT INTO z.arrays (id) VALUES (4);

INSERT INTO z.more_arrays VALUES
  (1, '{n1,n2}', '{1.5,2}', '{1 day,2 mons}', '{101,1}', '{101,111}', '{<a/>,<b/>}', '{"(1,2)","(3,4)"}', '{1,2}', '{"(1,a)"}');
INSERT INTO z.more_arrays (id) VALUES (2);

INSERT INTO z.dimensions VALUES (1, '[2:3]={1,2}', '{{a,b},{c,NULL}}', '{{1.5},{2}}'), (2, '{{{1,2},{3,4}},{{5,6},{7,8}}}', '{}', '{{{1.5}}}');

INSERT INTO z.required VALUES
  (1, true, 1, 2, 3, 4, 5, 6, 7.5, 8.25, 'c', 't', 'ci', '\x01', '76019d1a-ad2e-4b22-96e9-1a6d6543c818', '{}', '{}', '<a/>', '1.2.3.4', 'ok', 'a', 'a',
   '"a"=>"b"', '(1,2)', 5.5, B'1', B'00000001', B'101', '2020-01-01', '01:02:03', '01:02:03', '01:02:03+00', '2020-01-01 01:02:03',
   '2020-01-01 01:02:03', '2020-01-01 01:02:03+00', '1 day', '[1,2)', '{1}', '{a}', '[1]', '[1]', '0101000000000000000000F03F0000000000000040',
   '0101000000000000000000F03F0000000000000040', '{a}', '{1.5}', '{ok}');

UPDATE z.required SET i4 = 3;

UPDATE z.required SET id = 2;

DELETE FROM z.required;

INSERT INTO z.defaults DEFAULT VALUES;
INSERT INTO z.defaults
  (b, i2, i8, neg, r, n, n2, c, t, ci, ba, u, ug, j, jb, x, ip, e, l, h, p, m, b1, b8, vb, da, ti, ti3, tiz, ts, ts3, tsn, tsz, iv, ia, ir, vc)
  VALUES (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
          NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
UPDATE z.defaults SET neg = 6 WHERE id = 1;
DELETE FROM z.defaults WHERE id = 1;

INSERT INTO z.expressions VALUES (1, NULL, NULL), (2, DEFAULT, DEFAULT);

INSERT INTO z.toast
  SELECT 1, 1, repeat('t', 3000), repeat('n', 3000), repeat('v', 3000), to_json(repeat('j', 3000)), to_jsonb(repeat('k', 3000)),
         ('<a>' || repeat('x', 3000) || '</a>')::xml, decode(repeat('ab', 3000), 'hex'), ARRAY[repeat('a', 3000)], ARRAY[repeat('a', 3000)]::varchar[],
         array_agg('abc'::char(3)), array_agg('{"a":1}'::json), array_agg('{"a":1}'::jsonb), ARRAY[decode(repeat('ab', 3000), 'hex')],
         array_agg(i), array_agg(i::bigint), array_agg('2020-01-01'::date), array_agg('76019d1a-ad2e-4b22-96e9-1a6d6543c818'::uuid),
         hstore('a', repeat('h', 3000)), repeat('c', 3000)::citext,
         (SELECT string_agg('w' || k, ' ') FROM generate_series(1, 600) k)::tsvector,
         (SELECT string_agg('w' || k, '.') FROM generate_series(1, 900) k)::ltree
  FROM generate_series(1, 1000) i;

UPDATE z.toast SET n = 2;

UPDATE z.toast SET id = 2;

DELETE FROM z.toast;

INSERT INTO z.more_toast
  SELECT 1, 1, array_agg((i % 1000)::smallint), array_agg(i::numeric), array_agg('2020-01-01'::timestamp), array_agg(i::float8), array_agg(true),
         repeat('9', 9000)::numeric, repeat('1', 30000)::varbit, ('[' || repeat('1,', 3000) || '1]')::vector, ('01' || repeat('00', 3000))::geometry
  FROM generate_series(1, 3000) i;
UPDATE z.more_toast SET n = 2;

INSERT INTO z.toast_full SELECT 1, 1, string_agg(md5(i::text), ''), decode(string_agg(md5(i::text), ''), 'hex'), array_agg(i) FROM generate_series(1, 300) i;
UPDATE z.toast_full SET n = 2;
UPDATE z.toast_full SET id = 2;
DELETE FROM z.toast_full;

INSERT INTO z.keyless VALUES (1, 'x'), (2, NULL);
UPDATE z.keyless SET b = 'y' WHERE a = 1;
DELETE FROM z.keyless WHERE a = 2;

INSERT INTO z.comp_key VALUES ('b', 1, 10, 'z');
UPDATE z.comp_key SET z = 'zz';
UPDATE z.comp_key SET a = 2;
DELETE FROM z.comp_key;
INSERT INTO z.comp_key VALUES ('b', 3, 11, NULL);

INSERT INTO z.full_key VALUES (1, 'k ey"x', 1.5);
UPDATE z.full_key SET n = 2;
UPDATE z.full_key SET b = 'other';
DELETE FROM z.full_key;

INSERT INTO z."We ird-Näme" VALUES (1, 2, 'g', 3, 4, 5, 'q', 6, 7, 8);

INSERT INTO z.index_key VALUES (1, 'b', 'c');
UPDATE z.index_key SET c = 'd';
UPDATE z.index_key SET b = 'bb';
DELETE FROM z.index_key;

INSERT INTO z.truncated VALUES (1), (2);
TRUNCATE z.truncated;
TRUNCATE z.truncated, z.index_key;

INSERT INTO z.odd_keys VALUES ('2020-01-01 00:00+00', '2020-01-01', 1.5, '76019d1a-ad2e-4b22-96e9-1a6d6543c818', '\x01', 't', 'v');
UPDATE z.odd_keys SET n = 2.5, t = 'é"x';

INSERT INTO z.wide_keys VALUES
  ('{1,NULL,2}', 1.5, '1e10', 0.0000000001, true, E'a"b\\c\n😀', '"a"=>"1"', '\x0102ff', 'happy, very', 9007199254740993, 1e20, '2020-01-01',
   '2020-01-01 00:00:00.000001', '2020-01-01 00:00:00.001');
UPDATE z.wide_keys SET d = 1e300, nn = 1e-20, r = 'NaN', n = 0, t = '', ia = '{}', h = '', ba = '', b = false;

INSERT INTO z.masked VALUES
  (1, 'secret', 'sec', 'se', 'sad', 7, 'CiText', '{"a":1}', 'x', 'dom', 'gone', 'hash me é😀', 'h', 'happy, very', 7, 'nn', 'df', 'do', '{a,b}', 'v2', 'char', 'dom',
   'q', 'name', 'höß😀xyz', 'abcd', 'abcde', '\x0102030405060708', '{"a": 1}', '76019d1a-ad2e-4b22-96e9-1a6d6543c818', '<a>b</a>', 'happy, very',
   '2020-01-02 03:04:05+00', '{abcdef}', B'1111000011110000', 123456.789, 1234567, '"abcdef"=>"1"'),
  (2, '', '', '', 'ok', 0, '', '[]', '', '', '', '', '', 'ok', 0, '', '', '', '{}', '', '', '', '', '', '', '', '', '', '[]', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, '');
INSERT INTO z.masked (id, stars_nn, hash_nn) VALUES (3, 'a', 'b');
INSERT INTO z.masked (id, stars_nn, hash_nn, hash_t) VALUES (4, 'a', 'b', repeat('long é', 20000));

UPDATE z.masked SET stars_t = 'other' WHERE id = 1;
UPDATE z.masked SET cut_t = 'höß😀 behind' WHERE id = 1;
UPDATE z.masked SET hash_t = 'other' WHERE id = 1;
UPDATE z.masked SET id = 9 WHERE id = 2;
DELETE FROM z.masked WHERE id = 9;

INSERT INTO z.masked_part VALUES (1, 'a', 'b', 'cutcut', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 300) i));
UPDATE z.masked_part SET stars_nn = 'c';
UPDATE z.masked_part SET id = 2;
DELETE FROM z.masked_part;

SELECT pg_logical_emit_message(true, 'app', 'in a transaction é'), pg_logical_emit_message(true, 'app.other', '\x00ff'::bytea);
INSERT INTO z.keyless VALUES (5, 'behind a message');
SELECT pg_logical_emit_message(true, 'other', '');

SELECT pg_logical_emit_message(false, 'app', 'alone');

INSERT INTO z.keyless VALUES (6, 'behind a message alone');

BEGIN;
SELECT pg_logical_emit_message(false, 'app', 'alone, of a transaction that ends otherwise');
INSERT INTO z.keyless VALUES (7, 'undone');
ROLLBACK;

SELECT pg_replication_origin_create('node');
SELECT pg_replication_origin_session_setup('node');

BEGIN;
SELECT pg_replication_origin_xact_setup('0/1234', '2020-01-01 00:00+00');
INSERT INTO z.keyless VALUES (8, 'from elsewhere'), (9, 'from elsewhere');
COMMIT;

SELECT pg_replication_origin_session_reset();
SELECT pg_replication_origin_drop('node');
INSERT INTO z.keyless VALUES (10, 'from here');

INSERT INTO z.done VALUES (1);

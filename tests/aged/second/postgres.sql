--
-- PostgreSQL database dump
--


-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: aged; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA aged;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: alembic_version; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: aliases; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.aliases (
    alias text NOT NULL,
    id character varying(26) NOT NULL
);


--
-- Name: articles; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.articles (
    id character varying(26) NOT NULL,
    path text NOT NULL,
    mtime_ns bigint NOT NULL,
    size bigint NOT NULL,
    added bigint NOT NULL,
    published bigint NOT NULL,
    title text NOT NULL,
    merged_into character varying(26),
    data text NOT NULL,
    score smallint
);


--
-- Name: blocks; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.blocks (
    n integer NOT NULL,
    host text NOT NULL,
    article character varying(26) NOT NULL,
    digests text NOT NULL
);


--
-- Name: blocks_n_seq; Type: SEQUENCE; Schema: aged; Owner: -
--

CREATE SEQUENCE aged.blocks_n_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: blocks_n_seq; Type: SEQUENCE OWNED BY; Schema: aged; Owner: -
--

ALTER SEQUENCE aged.blocks_n_seq OWNED BY aged.blocks.n;


--
-- Name: carriers; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.carriers (
    id character varying(26) NOT NULL,
    source text NOT NULL
);


--
-- Name: entries; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.entries (
    source text NOT NULL,
    entry text NOT NULL,
    status character varying(10) NOT NULL,
    next_try bigint,
    first_seen bigint NOT NULL,
    article character varying(26),
    data text NOT NULL
);


--
-- Name: feeds; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.feeds (
    axis character varying(10) NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    first_slug text NOT NULL,
    count integer NOT NULL,
    held text,
    dropped boolean NOT NULL,
    moved_axis character varying(10),
    moved_slug text,
    files text NOT NULL,
    wanted boolean DEFAULT false NOT NULL
);


--
-- Name: followed; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.followed (
    key text NOT NULL,
    place integer NOT NULL,
    enabled boolean NOT NULL,
    data text NOT NULL
);


--
-- Name: fragments; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.fragments (
    id character varying(26) NOT NULL,
    kind character varying(40) NOT NULL,
    data bytea NOT NULL
);


--
-- Name: hosts; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.hosts (
    name text NOT NULL,
    due bigint,
    free_at bigint DEFAULT '0'::bigint NOT NULL,
    delay integer DEFAULT 0 NOT NULL,
    held_until bigint DEFAULT '0'::bigint NOT NULL,
    away_until bigint DEFAULT '0'::bigint NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    starts integer DEFAULT 0 NOT NULL,
    owner text DEFAULT ''::text NOT NULL,
    lease_until bigint DEFAULT '0'::bigint NOT NULL
);


--
-- Name: html; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.html (
    id character varying(26) NOT NULL,
    html text NOT NULL
);


--
-- Name: hub_tallies; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.hub_tallies (
    hub text NOT NULL,
    data text NOT NULL
);


--
-- Name: llm_answers; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.llm_answers (
    key character varying(64) NOT NULL,
    id character varying(26) NOT NULL,
    at bigint NOT NULL,
    answer text NOT NULL
);


--
-- Name: llm_asked; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.llm_asked (
    id character varying(26) NOT NULL,
    plan text NOT NULL,
    mtime_ns bigint NOT NULL,
    size bigint NOT NULL,
    next_try bigint,
    status character varying(10) NOT NULL,
    at bigint NOT NULL,
    data text NOT NULL
);


--
-- Name: members; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.members (
    id character varying(26) NOT NULL,
    axis character varying(10) NOT NULL,
    slug text NOT NULL,
    added bigint NOT NULL,
    published bigint NOT NULL
);


--
-- Name: notes; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.notes (
    key text NOT NULL,
    value text NOT NULL,
    at bigint NOT NULL
);


--
-- Name: outcomes; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.outcomes (
    n integer NOT NULL,
    source text NOT NULL,
    at bigint NOT NULL,
    data text NOT NULL
);


--
-- Name: outcomes_n_seq; Type: SEQUENCE; Schema: aged; Owner: -
--

CREATE SEQUENCE aged.outcomes_n_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: outcomes_n_seq; Type: SEQUENCE OWNED BY; Schema: aged; Owner: -
--

ALTER SEQUENCE aged.outcomes_n_seq OWNED BY aged.outcomes.n;


--
-- Name: pictures; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.pictures (
    id character varying(26) NOT NULL,
    url text NOT NULL,
    added bigint NOT NULL,
    next_try bigint,
    name text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    tries integer NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL
);


--
-- Name: pruned; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.pruned (
    alias text NOT NULL,
    id character varying(26) NOT NULL
);


--
-- Name: reservations; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.reservations (
    id character varying(26) NOT NULL,
    path text NOT NULL,
    at bigint NOT NULL
);


--
-- Name: sketch_keys; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.sketch_keys (
    value bigint NOT NULL,
    id character varying(26) NOT NULL
);


--
-- Name: sketches; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.sketches (
    id character varying(26) NOT NULL,
    at bigint NOT NULL,
    data bytea NOT NULL,
    since bigint,
    named text
);


--
-- Name: sources; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.sources (
    key text NOT NULL,
    url text NOT NULL,
    next_due bigint,
    disabled boolean NOT NULL,
    data text NOT NULL,
    host text DEFAULT ''::text NOT NULL
);


--
-- Name: stale_marks; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.stale_marks (
    n integer NOT NULL,
    axis character varying(10) NOT NULL,
    slug text NOT NULL,
    more integer DEFAULT 0 NOT NULL
);


--
-- Name: stale_marks_n_seq; Type: SEQUENCE; Schema: aged; Owner: -
--

CREATE SEQUENCE aged.stale_marks_n_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: stale_marks_n_seq; Type: SEQUENCE OWNED BY; Schema: aged; Owner: -
--

ALTER SEQUENCE aged.stale_marks_n_seq OWNED BY aged.stale_marks.n;


--
-- Name: subscriptions; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.subscriptions (
    token character varying(64) NOT NULL,
    source text NOT NULL,
    data text NOT NULL
);


--
-- Name: withdrawn; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.withdrawn (
    id character varying(26) NOT NULL,
    at bigint NOT NULL,
    url text NOT NULL,
    feeds text NOT NULL
);


--
-- Name: withdrawn_aliases; Type: TABLE; Schema: aged; Owner: -
--

CREATE TABLE aged.withdrawn_aliases (
    alias text NOT NULL,
    id character varying(26) NOT NULL
);


--
-- Name: blocks n; Type: DEFAULT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.blocks ALTER COLUMN n SET DEFAULT nextval('aged.blocks_n_seq'::regclass);


--
-- Name: outcomes n; Type: DEFAULT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.outcomes ALTER COLUMN n SET DEFAULT nextval('aged.outcomes_n_seq'::regclass);


--
-- Name: stale_marks n; Type: DEFAULT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.stale_marks ALTER COLUMN n SET DEFAULT nextval('aged.stale_marks_n_seq'::regclass);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.alembic_version VALUES
	('0010');


--
-- Data for Name: aliases; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.aliases VALUES
	('guid:pier:tag:pier-3', '2b52kq6c4onksdevwjlnkzwbzm'),
	('pier.example/stories/3', '2b52kq6c4onksdevwjlnkzwbzm'),
	('guid:loft:tag:new-loft-5', '2lszkzrgv53gb2sqfjg3hubo5m'),
	('loft.example/stories/5', '2lszkzrgv53gb2sqfjg3hubo5m'),
	('guid:wave:wave-4', '5dxckslv7ywqpxydgiacucre6s'),
	('wave.example/stories/4', '5dxckslv7ywqpxydgiacucre6s'),
	('guid:lamp:lamp-2', '5v6c5t6q3m3vui2kny6yrszy64'),
	('lamp.example/stories/2', '5v6c5t6q3m3vui2kny6yrszy64'),
	('almanac.example/stories/5', '63acmnaimw7z3cfqtrsgks7iyg'),
	('guid:almanac:http://almanac.example/stories/5', '63acmnaimw7z3cfqtrsgks7iyg'),
	('guid:pier:tag:pier-1', '6dpiudxcqw5fldcglildylaoyi'),
	('pier.example/stories/1', '6dpiudxcqw5fldcglildylaoyi'),
	('gazette.example/stories/0', '7c5a3xoloqhiy2s6kjhbpqv2vu'),
	('guid:gazette:gazette-0', '7c5a3xoloqhiy2s6kjhbpqv2vu'),
	('guid:quay:quay-3', '7luwat7erbxsxqiywnfxym6v3u'),
	('quay.example/stories/3', '7luwat7erbxsxqiywnfxym6v3u'),
	('almanac.example/stories/0', '7v4nbcgwajtfvx2qhnlnhukxdv'),
	('guid:almanac:http://almanac.example/stories/0', '7v4nbcgwajtfvx2qhnlnhukxdv'),
	('guid:pier:tag:pier-2', '7ylpg6iqlddqnhdg6rijscvhn6'),
	('pier.example/stories/2', '7ylpg6iqlddqnhdg6rijscvhn6'),
	('gazette.example/stories/3', 'a2n7xgptk5pbt5c6z73av2ryrt'),
	('guid:gazette:gazette-3', 'a2n7xgptk5pbt5c6z73av2ryrt'),
	('guid:loft:tag:new-loft-0', 'actjqtjicxpbmtjaa5ffgv2cwj'),
	('loft.example/stories/0', 'actjqtjicxpbmtjaa5ffgv2cwj'),
	('guid:hafen:hafen-0', 'af6pbk2fnpntxqlk4we5tse5gu'),
	('hafen.example/stories/0', 'af6pbk2fnpntxqlk4we5tse5gu'),
	('notes.example/draft', 'draftnoteaaaaaaaaaaaaaaaaa'),
	('guid:loft:tag:new-loft-6', 'e3vttxkcesataay7gel2e6fzrh'),
	('loft.example/stories/6', 'e3vttxkcesataay7gel2e6fzrh'),
	('almanac.example/stories/3', 'eaxosia56ciyiqjs3bededenza'),
	('guid:almanac:http://almanac.example/stories/3', 'eaxosia56ciyiqjs3bededenza'),
	('guid:loft:tag:loft-3', 'ekrbamfe2kemb3w43u3rwpbv7v'),
	('loft.example/stories/3', 'ekrbamfe2kemb3w43u3rwpbv7v'),
	('guid:lamp:lamp-3', 'eww2cy7kbz2kcbzrjx6fcs6crj'),
	('lamp.example/stories/3', 'eww2cy7kbz2kcbzrjx6fcs6crj'),
	('gazette.example/stories/2', 'fajsyaoghqc2weicyogfucktej'),
	('guid:gazette:gazette-2', 'fajsyaoghqc2weicyogfucktej'),
	('gazette.example/stories/1', 'fbsbyw7le4a37furwljzeeyrbh'),
	('guid:gazette:gazette-1', 'fbsbyw7le4a37furwljzeeyrbh'),
	('guid:quay:quay-4', 'fgjh4qxvcm3rn27ls6ru2e5xpy'),
	('quay.example/stories/4', 'fgjh4qxvcm3rn27ls6ru2e5xpy'),
	('guid:minato:minato-1', 'figlx75bael7z5r6ostijdanks'),
	('minato.example/stories/1', 'figlx75bael7z5r6ostijdanks'),
	('almanac.example/stories/4', 'ftrrql6nb6o276vsqkycngy6gm'),
	('guid:almanac:http://almanac.example/stories/4', 'ftrrql6nb6o276vsqkycngy6gm'),
	('guid:wire:wire-0', 'g57dhcprob4fcjybf4iqqdnqvn'),
	('wire.example/stories/0', 'g57dhcprob4fcjybf4iqqdnqvn'),
	('guid:parish:parish-1', 'gevispsxpxhamulw5kxlzztoxm'),
	('parish.example/stories/1', 'gevispsxpxhamulw5kxlzztoxm'),
	('guid:wave:wave-2', 'gklnugmpmta2gk3olbhwuml6si'),
	('wave.example/stories/2', 'gklnugmpmta2gk3olbhwuml6si'),
	('guid:quay:quay-1', 'hfzmbzv6aqcfm5us4juahqyh4i'),
	('quay.example/stories/1', 'hfzmbzv6aqcfm5us4juahqyh4i'),
	('guid:hafen:hafen-3', 'hm3zvame26vv52fu3nuezgnzuo'),
	('hafen.example/stories/3', 'hm3zvame26vv52fu3nuezgnzuo'),
	('guid:wave:wave-3', 'jjri22xne2rea5e4b65uevj52d'),
	('wave.example/stories/3', 'jjri22xne2rea5e4b65uevj52d'),
	('guid:lamp:lamp-0', 'jnkez2sv5d2qhbdicvr3p3npwv'),
	('lamp.example/stories/0', 'jnkez2sv5d2qhbdicvr3p3npwv'),
	('guid:quay:quay-2', 'kang6obqgd4ano5nhecodealyh'),
	('quay.example/stories/2', 'kang6obqgd4ano5nhecodealyh'),
	('guid:digest:hafen-1', 'kcv2xseie6culg5m2xsmxfzwkk'),
	('guid:hafen:hafen-1', 'kcv2xseie6culg5m2xsmxfzwkk'),
	('hafen.example/stories/1', 'kcv2xseie6culg5m2xsmxfzwkk'),
	('guid:parish:parish-2', 'l7thpiuva5xnomgnt2fbcwqrqh'),
	('parish.example/stories/2', 'l7thpiuva5xnomgnt2fbcwqrqh'),
	('ferry.example/archive/8', 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	('ferry.example/stories/8', 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	('guid:ferry:ferry-8', 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	('guid:parish:parish-old', 'lc76deao7kn5sr4bdcygvpzq44'),
	('parish.example/stories/old', 'lc76deao7kn5sr4bdcygvpzq44'),
	('parish.example/stories/old/print', 'lc76deao7kn5sr4bdcygvpzq44'),
	('guid:wave:wave-0', 'lh2mvxcrgubt2iallkrafljjys'),
	('wave.example/stories/0', 'lh2mvxcrgubt2iallkrafljjys'),
	('guid:wire:wire-1', 'lnxugnysoos65bituoxuxnrvjk'),
	('wire.example/stories/1', 'lnxugnysoos65bituoxuxnrvjk'),
	('guid:minato:minato-0', 'nggytyltj7o3yfmgzatjvvrgru'),
	('minato.example/stories/0', 'nggytyltj7o3yfmgzatjvvrgru'),
	('ferry.example/stories/3', 'onw34yow4rxr5xtxgggmr5wekn'),
	('guid:ferry:ferry-3', 'onw34yow4rxr5xtxgggmr5wekn'),
	('guid:wave:wave-5', 'opx7wsww7i6eruciqhahxukmm6'),
	('wave.example/stories/5', 'opx7wsww7i6eruciqhahxukmm6'),
	('guid:parish:parish-0', 'osihana5gxjfbzq56l2ypuj2ay'),
	('parish.example/stories/0', 'osihana5gxjfbzq56l2ypuj2ay'),
	('notes.example/own', 'ownnoteaaaaaaaaaaaaaaaaaaa'),
	('guid:loft:tag:loft-1', 'pcjok5qenjfrghieivaazu2xiq'),
	('loft.example/stories/1', 'pcjok5qenjfrghieivaazu2xiq'),
	('guid:quay:quay-0', 'pofnig4t5u4peowtknsr7hcwzk'),
	('quay.example/stories/0', 'pofnig4t5u4peowtknsr7hcwzk'),
	('guid:minato:minato-3', 'pvkbdntmad627b3ddm6jzgrv7w'),
	('minato.example/stories/3', 'pvkbdntmad627b3ddm6jzgrv7w'),
	('guid:lamp:lamp-1', 'q3rpx5t6zwx3udwl5peiikzn6f'),
	('lamp.example/stories/1', 'q3rpx5t6zwx3udwl5peiikzn6f'),
	('almanac.example/stories/1', 'qg2yzogdogmex6tgdz6zcmfy37'),
	('guid:almanac:http://almanac.example/stories/1', 'qg2yzogdogmex6tgdz6zcmfy37'),
	('guid:pier:tag:pier-0', 'qmnmupfytfiaysuuknyihglijj'),
	('pier.example/stories/0', 'qmnmupfytfiaysuuknyihglijj'),
	('guid:hafen:hafen-2', 'qr6oeytjihvs67sc4rm4e4x62y'),
	('hafen.example/stories/2', 'qr6oeytjihvs67sc4rm4e4x62y'),
	('guid:kiln:http://kiln.example/handbook', 'racgp7okxthadkbvhmjyr6h6ny'),
	('kiln.example/handbook', 'racgp7okxthadkbvhmjyr6h6ny'),
	('ferry.example/stories/5', 'rj4ekdirndekojqtbbreuu5byw'),
	('guid:digest:ferry-5', 'rj4ekdirndekojqtbbreuu5byw'),
	('guid:ferry:ferry-5', 'rj4ekdirndekojqtbbreuu5byw'),
	('guid:digest:solo-0', 'shpeswkb3woeojcpkluda4lahy'),
	('solo.example/stories/0', 'shpeswkb3woeojcpkluda4lahy'),
	('almanac.example/stories/2', 'sqojtc75uzwxrn4swmsmmwm4je'),
	('guid:almanac:http://almanac.example/stories/2', 'sqojtc75uzwxrn4swmsmmwm4je'),
	('guid:loft:tag:new-loft-4', 'sujaficsylnqwq33vix6bjil7w'),
	('loft.example/stories/4', 'sujaficsylnqwq33vix6bjil7w'),
	('guid:loft:tag:loft-2', 'tnvpuyqowklusfwwo25v3x4rfc'),
	('loft.example/stories/2', 'tnvpuyqowklusfwwo25v3x4rfc'),
	('guid:moulin:tag:moulin-1', 'tqjxb47vrzzyltigctm3m33if7'),
	('moulin.example/stories/1', 'tqjxb47vrzzyltigctm3m33if7'),
	('guid:lamp:lamp-6', 'ty3a77ck5vb4r4yabxz6ubbng2'),
	('lamp.example/stories/6', 'ty3a77ck5vb4r4yabxz6ubbng2'),
	('guid:digest:minato-2', 'uzbwyx6yytrq5lco3dwlapavyd'),
	('guid:minato:minato-2', 'uzbwyx6yytrq5lco3dwlapavyd'),
	('minato.example/stories/2', 'uzbwyx6yytrq5lco3dwlapavyd'),
	('almanac.example/stories/6', 'vokwpued7kepka63scar5slqq2'),
	('guid:almanac:http://almanac.example/stories/6', 'vokwpued7kepka63scar5slqq2'),
	('ferry.example/stories/6', 'xorqnv6c4655vojmotua6g4rcy'),
	('guid:ferry:ferry-6', 'xorqnv6c4655vojmotua6g4rcy'),
	('guid:moulin:tag:moulin-0', 'y2zru7wgqu6cuyhphu4vqg25kb'),
	('moulin.example/stories/0', 'y2zru7wgqu6cuyhphu4vqg25kb'),
	('guid:moulin:tag:moulin-2', 'yvdjrusnua246mvsilf2uzfwrr'),
	('moulin.example/stories/2', 'yvdjrusnua246mvsilf2uzfwrr'),
	('guid:lamp:lamp-5', 'z56rhyzejok5ufyms25xv23c4e'),
	('lamp.example/stories/5', 'z56rhyzejok5ufyms25xv23c4e'),
	('ferry.example/stories/2', 'z6zkibpdwilehzguccokotnbfz'),
	('guid:digest:ferry-2', 'z6zkibpdwilehzguccokotnbfz'),
	('guid:ferry:ferry-2', 'z6zkibpdwilehzguccokotnbfz'),
	('ferry.example/stories/0', 'ze73z3syrhrdoyiol3wfpgxllx'),
	('guid:ferry:ferry-0', 'ze73z3syrhrdoyiol3wfpgxllx'),
	('guid:rook:rook-1', 'zmambktuomph4penee62v5lnza'),
	('rook.example/stories/1', 'zmambktuomph4penee62v5lnza'),
	('guid:quay:quay-5', 'zrk72rjoceea24paz3fs3jato7'),
	('quay.example/archive/5', 'zrk72rjoceea24paz3fs3jato7'),
	('quay.example/stories/5', 'zrk72rjoceea24paz3fs3jato7');


--
-- Data for Name: articles; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.articles VALUES
	('lc76deao7kn5sr4bdcygvpzq44', '2026/02/story-98-before-lc76de.md', 1795902812138179997, 613, 1771675200000000, 1771574400000000, 'Story 98: what the parish letter said before', NULL, '{"id":"lc76deao7kn5sr4bdcygvpzq44","url":"http://parish.example/stories/old","title":"Story 98: what the parish letter said before","author":"Elin Sund","published":"2026-02-20T08:00:00+00:00","excerpt":"The bell was hung up again. It rings at slack water.","category":"Workshop","tags":["Clay"],"language":"en","added":"2026-02-21T12:00:00+00:00","source_key":"parish","source_id":"parish-old","excerpt_by":"operator","tags_by":"operator","aliases":["http://parish.example/stories/old/print"]}', NULL),
	('racgp7okxthadkbvhmjyr6h6ny', '2026/01/story-1-how-three-volunteers-tested-the-tide-gauge-racgp7.md', 1795902891345945381, 2381, 1772452800000000, 1769842800000000, 'Story 1: how three volunteers tested the tide gauge', NULL, '{"id":"racgp7okxthadkbvhmjyr6h6ny","url":"http://kiln.example/handbook","title":"Story 1: how three volunteers tested the tide gauge","author":"Elin Sund","published":"2026-01-31T07:00:00+00:00","excerpt":"Of 176 visitors only 11 noticed that eleven oak beams had been moved. Whoever wants to see the northern slipway should come while the ferry waited and bring boots. Two apprentices weighed six glazed tiles after the second storm, with 12 borrowed clamps.","category":"Sea","tags":["tides","crossings","clay"],"language":"en","added":"2026-03-02T12:00:00+00:00","source_key":"kiln","source_id":"http://kiln.example/handbook","digest":"b0636336dcadd41de6e3b0c4dc5fac3724a176b3af130911","excerpt_by":"extractive","tags_by":"publisher","origin":{"url":"http://kiln.example/handbook","id":"http://kiln.example/handbook"},"keywords":["Glaze","Clay"]}', 894),
	('7v4nbcgwajtfvx2qhnlnhukxdv', '2026/02/story-2-how-a-radio-amateur-sketched-six-glazed-tiles-7v4nbc.md', 1795902891256278098, 2459, 1772452800000000, 1770706800000000, 'Story 2: how a radio amateur sketched six glazed tiles', NULL, '{"id":"7v4nbcgwajtfvx2qhnlnhukxdv","url":"http://almanac.example/stories/0","title":"Story 2: how a radio amateur sketched six glazed tiles","author":"Farid Rahimi","published":"2026-02-10T07:00:00+00:00","excerpt":"Two apprentices painted an unfired jar as the fog lifted, although the drawings said otherwise. It is a story about bridges as much as about the tide gauge. Of 28 visitors only 17 noticed that the tide gauge had been moved.","category":"Sea","tags":["crossings","RADIO","clay"],"language":"en","added":"2026-03-02T12:00:00+00:00","source_key":"almanac","source_id":"http://almanac.example/stories/0","digest":"3abb03ddc4eee491cae3b0c494b27ebc586c76b3afdf1888","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Bridge Almanac","url":"http://almanac.example/","site":"http://almanac.example/","id":"http://almanac.example/","updated":"2026-02-10T00:00:00+00:00"},"keywords":["Bridges","Clay"]}', 998),
	('ze73z3syrhrdoyiol3wfpgxllx', '2026/03/story-10-a-letter-about-the-weather-log-ze73z3.md', 1795902891391907520, 2476, 1772452800000000, 1772434800000000, 'Story 8: the title that the operator likes better', NULL, '{"id":"ze73z3syrhrdoyiol3wfpgxllx","url":"http://ferry.example/stories/0","title":"Story 8: the title that the operator likes better","author":"Farid Rahimi","published":"2026-03-02T07:00:00+00:00","cover":"http://ferry.example/pictures/10.jpg","excerpt":"A surveyor from the hills measured a chart of the estuary at slack water, with 14 borrowed clamps. It is a story about rope as much as about the millrace gate. Of 825 visitors only 13 noticed that the millrace gate had been moved.","category":"Sea","tags":["crossings","tides"],"language":"en","added":"2026-03-02T12:00:00+00:00","source_key":"ferry","source_id":"ferry-0","digest":"9742aadf5483d23bd60a992c94b27ed0b40c76b3af9b5a8a","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Ferry Times","url":"http://ferry.example/feed","site":"http://ferry.example/","id":"http://ferry.example/feed","updated":"2026-03-02T07:00:00+00:00"},"keywords":["Rope","Tides"]}', 993),
	('lh2mvxcrgubt2iallkrafljjys', '2026/02/story-4-611-days-with-the-tide-gauge-lh2mvx.md', 1795902891299888819, 2370, 1772452800000000, 1771225200000000, 'Story 4: 611 days with the tide gauge', NULL, '{"id":"lh2mvxcrgubt2iallkrafljjys","url":"http://wave.example/stories/0","title":"Story 4: 611 days with the tide gauge","author":"Ada Brandt","published":"2026-02-16T07:00:00+00:00","excerpt":"The bridge inspector bought back the northern slipway shortly before dusk, with 9 borrowed clamps. It is a story about radio as much as about the tide gauge. Whoever wants to see the old dredger''s bell should come on a dare and bring boots.","category":"Sea","tags":["tides","crossings","RADIO"],"language":"en","added":"2026-03-02T12:00:00+00:00","source_key":"wave","source_id":"wave-0","digest":"74b5fc9981ee282692e3b0c409a687a0218476b3afdece96","excerpt_by":"extractive","tags_by":"publisher","enclosure":{"url":"http://wave.example/audio/4.mp3","type":"audio/mpeg","length":4800000},"origin":{"title":"Short Wave","url":"http://wave.example/feed","site":"http://wave.example/","id":"http://wave.example/feed","updated":"2026-02-16T07:00:00+00:00"},"keywords":["Radio","Tides"]}', 985),
	('qg2yzogdogmex6tgdz6zcmfy37', '2026/02/story-3-a-letter-about-eleven-oak-beams-qg2yzo.md', 1795902891329846951, 2455, 1772452800000000, 1771052820000000, 'Story 3: a letter about eleven oak beams', NULL, '{"id":"qg2yzogdogmex6tgdz6zcmfy37","url":"http://almanac.example/stories/1","title":"Story 3: a letter about eleven oak beams","author":"Hugo Lacroix","published":"2026-02-14T07:07:00+00:00","excerpt":"Three volunteers measured an unfired jar shortly before dusk, for the benefit of the new apprentices. It is a story about clay as much as about an unfired jar. \u201cWe would do it again,\u201d the oldest carpenter said after the second storm, pointing at a model of the swing bridge.","category":"Sea","tags":["crossings","clay"],"language":"en","added":"2026-03-02T12:00:00+00:00","source_key":"almanac","source_id":"http://almanac.example/stories/1","digest":"be4805e36ef8e1629be3b0c4a5541aedc2de76b3af646dd7","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Bridge Almanac","url":"http://almanac.example/","site":"http://almanac.example/","id":"http://almanac.example/","updated":"2026-02-14T00:00:00+00:00"},"keywords":["Clay","Bridges"]}', 971),
	('sqojtc75uzwxrn4swmsmmwm4je', '2026/02/story-5-how-the-harbour-master-described-a-model-of-the-swing-bridge-sqojtc.md', 1795902891358056127, 2472, 1772452800000000, 1771398840000000, 'Story 5: how the harbour master described a model of the swing bridge', NULL, '{"id":"sqojtc75uzwxrn4swmsmmwm4je","url":"http://almanac.example/stories/2","title":"Story 5: how the harbour master described a model of the swing bridge","author":"Elin Sund","published":"2026-02-18T07:14:00+00:00","excerpt":"The bridge inspector bought back the millrace gate after the second storm, to settle an argument. It is a story about bridges as much as about a coil of tarred line. What a surveyor from the hills remembers best is how quiet it was while the ferry waited.","category":"Sea","tags":["crossings"],"language":"en","added":"2026-03-02T12:00:00+00:00","source_key":"almanac","source_id":"http://almanac.example/stories/2","digest":"47800a61df2d56773de3b0c4dc5fac00fe4076b3afe329f3","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Bridge Almanac","url":"http://almanac.example/","site":"http://almanac.example/","id":"http://almanac.example/","updated":"2026-02-18T00:00:00+00:00"},"keywords":["Bridges","Clay"]}', 1000),
	('ownnoteaaaaaaaaaaaaaaaaaaa', '2026/04/a-note-own.md', 1795902871209618512, 467, 1775469600000000, -4611686018427387904, 'Story 99: a note of our own, own', NULL, '{"id":"ownnoteaaaaaaaaaaaaaaaaaaa","url":"http://notes.example/own","title":"Story 99: a note of our own, own","author":"The operator","category":"Sea","tags":["tides","RADIO"],"added":"2026-04-06T10:00:00+00:00","digest":"000000000000e3b0c4e3b0c4000000000000000000000000","tags_by":"operator"}', NULL),
	('gklnugmpmta2gk3olbhwuml6si', '2026/02/story-7-the-signal-lamp-7-years-on-gklnug.md', 1795902871179455229, 2454, 1772452800000000, 1771571640000000, 'Story 7: the signal lamp, 7 years on', NULL, '{"id":"gklnugmpmta2gk3olbhwuml6si","url":"http://wave.example/stories/2","title":"Story 7: the signal lamp, 7 years on","author":"Hugo Lacroix","published":"2026-02-20T07:14:00+00:00","excerpt":"The rope maker''s daughter painted an unfired jar before breakfast, for the benefit of the new apprentices. It is a story about radio as much as about a chart of the estuary. Nobody could say whether two apprentices or the night watch had the better claim to the signal lamp.","category":"Sea","tags":["RADIO"],"language":"en","added":"2026-03-02T12:00:00+00:00","source_key":"wave","source_id":"wave-2","digest":"9b2d3eb84201b91262e3b0c4a5541a9eb69976b3af8ec4e1","excerpt_by":"extractive","tags_by":"publisher","enclosure":{"url":"http://wave.example/audio/7.mp3","type":"audio/mpeg","length":4800000},"origin":{"title":"Short Wave","url":"http://wave.example/feed","site":"http://wave.example/","id":"http://wave.example/feed","updated":"2026-02-20T07:14:00+00:00"},"keywords":["Radio","Tides"]}', 920),
	('eaxosia56ciyiqjs3bededenza', '2026/02/story-8-57-days-with-the-winter-moorings-eaxosi.md', 1795902891267598412, 2521, 1772452800000000, 1771744860000000, 'Story 8: 57 days with the winter moorings', NULL, '{"id":"eaxosia56ciyiqjs3bededenza","url":"http://almanac.example/stories/3","title":"Story 8: 57 days with the winter moorings","author":"Ada Brandt","published":"2026-02-22T07:21:00+00:00","excerpt":"The rope maker''s daughter tested a chart of the estuary during the long calm, for the benefit of the new apprentices. It is a story about clay as much as about a chart of the estuary. Whoever wants to see the tide gauge should come before breakfast and bring boots.","category":"Sea","tags":["crossings"],"language":"en","added":"2026-03-02T12:00:00+00:00","source_key":"almanac","source_id":"http://almanac.example/stories/3","digest":"5b86bfb587f0ea5563e3b0c409a68700fe4076b3afab7fe5","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Bridge Almanac","url":"http://almanac.example/","site":"http://almanac.example/","id":"http://almanac.example/","updated":"2026-02-22T00:00:00+00:00"},"keywords":["Clay","Bridges"]}', 979),
	('jnkez2sv5d2qhbdicvr3p3npwv', '2026/03/story-12-what-two-apprentices-found-after-the-second-storm-jnkez2.md', 1795902904990874121, 2414, 1772625600000000, 1772607600000000, 'Story 12: what two apprentices found after the second storm', NULL, '{"id":"jnkez2sv5d2qhbdicvr3p3npwv","url":"http://lamp.example/stories/0","title":"Story 12: what two apprentices found after the second storm","author":"Ada Brandt","published":"2026-03-04T07:00:00+00:00","cover":"http://pics.example/l.png","excerpt":"A radio amateur repaired the weather log on the first dry Tuesday, and wrote 497 lines about it. It is a story about glaze as much as about the tide gauge. A second attempt is planned for 2022, provided that the oldest carpenter agrees.","category":"Workshop","tags":["cordage","lamps"],"language":"en","added":"2026-03-04T12:00:00+00:00","source_key":"lamp","source_id":"lamp-0","digest":"41257b187b71bf0d17e3b0c409a687d1282176b3afdb5274","excerpt_by":"extractive","tags_by":"operator","origin":{"title":"Lamp Room","url":"http://lamp.example/feed","site":"http://lamp.example/","id":"http://lamp.example/feed","updated":"2026-03-04T07:00:00+00:00"},"keywords":["Glaze","Sails"]}', 997),
	('pofnig4t5u4peowtknsr7hcwzk', '2026/03/story-13-a-letter-about-a-crate-of-brass-pulleys-pofnig.md', 1795902891315095144, 1989, 1772798400000000, 1772582400000000, 'Story 13: a letter about a crate of brass pulleys', NULL, '{"id":"pofnig4t5u4peowtknsr7hcwzk","url":"http://quay.example/stories/0","title":"Story 13: a letter about a crate of brass pulleys","author":"Elin Sund","published":"2026-03-04T00:00:00+00:00","excerpt":"A retired ferry pilot hung up the millrace gate as the fog lifted, without asking the council. It is a story about tides as much as about eleven oak beams. Nobody could say whether the bridge inspector or a radio amateur had the better claim to the northern slipway.","category":"Sea","tags":["crossings","sails","tides"],"language":"en","added":"2026-03-06T12:00:00+00:00","source_key":"quay","source_id":"quay-0","digest":"e28eff5460e436bafbe3b0c4dc5facc4991376b3af7756f9","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Quayside","url":"http://quay.example/feed","site":"http://quay.example/","id":"http://quay.example/feed","updated":"2026-03-05T07:00:00+00:00"},"keywords":["Tides","Sails"]}', 1000),
	('nggytyltj7o3yfmgzatjvvrgru', '2026/03/di-16-xuan-hui-qiao-nomo-xing-nituitenoshou-zhi-nggyty.md', 1795902824173064242, 2576, 1772971200000000, 1772953200000000, '第 16: 旋回橋の模型についての手紙', NULL, '{"id":"nggytyltj7o3yfmgzatjvvrgru","url":"http://minato.example/stories/0","title":"\u7b2c 16: \u65cb\u56de\u6a4b\u306e\u6a21\u578b\u306b\u3064\u3044\u3066\u306e\u624b\u7d19","author":"Ada Brandt","published":"2026-03-08T07:00:00+00:00","excerpt":"\u501f\u308a\u305f\u7de0\u3081\u5177\u306f14\u500b\u3060\u3063\u305f\u3002\u3053\u308c\u306f\u771f\u936e\u306e\u6ed1\u8eca\u306e\u7bb1\u306e\u8a71\u3067\u3042\u308b\u3068\u540c\u6642\u306b\u3001\u30ed\u30fc\u30d7\u306e\u8a71\u3067\u3082\u3042\u308b\u3002\u65cb\u56de\u6a4b\u306e\u6a21\u578b\u3092\u898b\u305f\u3044\u4eba\u306f\u65e5\u66ae\u308c\u306e\u5c11\u3057\u524d\u306b\u9577\u9774\u3092\u5c65\u3044\u3066\u6765\u308b\u3068\u3088\u3044\u3002","category":"uncategorised","language":"ja","added":"2026-03-08T12:00:00+00:00","source_key":"minato","source_id":"minato-0","digest":"17aa87d7fbf898af9ce3b0c409a687e3b0c495b92d6389cb","excerpt_by":"extractive","origin":{"title":"\u6e2f\u3060\u3088\u308a","url":"http://minato.example/feed","site":"http://minato.example/","id":"http://minato.example/feed","updated":"2026-03-08T07:00:00+00:00"},"keywords":["\u30ed\u30fc\u30d7","\u6f6e\u6c50"]}', 0),
	('af6pbk2fnpntxqlk4we5tse5gu', '2026/03/geschichte-14-ein-brief-uber-eine-kiste-mit-messingrollen-af6pbk.md', 1795902824299522649, 2510, 1772971200000000, 1772866800000000, 'Geschichte 14: ein Brief über eine Kiste mit Messingrollen', NULL, '{"id":"af6pbk2fnpntxqlk4we5tse5gu","url":"http://hafen.example/stories/0","title":"Geschichte 14: ein Brief \u00fcber eine Kiste mit Messingrollen","author":"Farid Rahimi","published":"2026-03-07T07:00:00+00:00","excerpt":"Kurz vor der D\u00e4mmerung hat eine pensionierte Lotsin die Signallampe repariert, obwohl die Zeichnungen etwas anderes sagten. Es geht dabei um Seil ebenso wie um einen ungebrannten Krug. Das Hauptbuch von 1956 nennt die Glocke des alten Baggers und sonst nichts.","category":"uncategorised","tags":["tides"],"language":"de","added":"2026-03-08T12:00:00+00:00","source_key":"hafen","source_id":"hafen-0","digest":"1476b78a4d884da2a2e3b0c494b27e0e714f95b92d74dd6e","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Hafenblatt","url":"http://hafen.example/feed","site":"http://hafen.example/","id":"http://hafen.example/feed","updated":"2026-03-07T07:00:00+00:00"},"keywords":["Seil","Gezeiten"]}', 0),
	('zmambktuomph4penee62v5lnza', '2026/03/story-15-how-a-radio-amateur-gave-away-a-crate-of-brass-pulleys-zmambk.md', 1795902871224184063, 2335, 1772971200000000, 1772867220000000, 'Story 15: how a radio amateur gave away a crate of brass pulleys', NULL, '{"id":"zmambktuomph4penee62v5lnza","url":"http://rook.example/stories/1","title":"Story 15: how a radio amateur gave away a crate of brass pulleys","author":"Hugo Lacroix","published":"2026-03-07T07:07:00+00:00","excerpt":"Two apprentices tested the weather log before breakfast, although the drawings said otherwise. It is a story about clay as much as about the winter moorings. Of 377 visitors only 7 noticed that the millrace gate had been moved.","category":"Sea","tags":["RADIO","timber","clay"],"language":"en","added":"2026-03-08T12:00:00+00:00","source_key":"rook","source_id":"rook-1","digest":"b56b908a4d882bc63fe3b0c4a5541a1a095976b3afee9228","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Rook Lane","url":"http://rook.example/feed","site":"http://rook.example/","id":"http://rook.example/feed","updated":"2026-03-07T07:07:00+00:00"},"keywords":["Clay","Timber"]}', 981),
	('y2zru7wgqu6cuyhphu4vqg25kb', '2026/03/recit-17-une-lettre-sur-onze-poutres-de-chene-y2zru7.md', 1795902891376281157, 2551, 1773144000000000, 1773039600000000, 'Récit 17: une lettre sur onze poutres de chêne', NULL, '{"id":"y2zru7wgqu6cuyhphu4vqg25kb","url":"http://moulin.example/stories/0","title":"R\u00e9cit 17: une lettre sur onze poutres de ch\u00eane","author":"Elin Sund","published":"2026-03-09T07:00:00+00:00","updated":"2026-03-09T07:00:00+00:00","excerpt":"Apr\u00e8s la deuxi\u00e8me temp\u00eate, une ancienne pilote du bac a rachet\u00e9 les mouillages d''hiver, avec 5 serre-joints emprunt\u00e9s. Il y est question de Bois et de bien d''autres choses. Il a fallu 9 jours et 816 clous, et la classe de voile de l''\u00e9cole a gard\u00e9 les re\u00e7us.","category":"uncategorised","tags":["crossings","timber"],"language":"fr","added":"2026-03-10T12:00:00+00:00","source_key":"moulin","source_id":"tag:moulin-0","digest":"7ee78fba75cf49ca04e3b0c4dc5fac35d75095b92d74055d","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Le Moulin (fr)","url":"http://moulin.example/feed","site":"http://moulin.example/","id":"http://moulin.example/","updated":"2026-03-09T07:00:00+00:00"},"keywords":["Bois","Ponts"]}', 0),
	('7c5a3xoloqhiy2s6kjhbpqv2vu', '2026/03/story-18-a-letter-about-the-northern-slipway-7c5a3x.md', 1795902891248768919, 2368, 1773144000000000, 1773126000000000, 'Story 18: a letter about the northern slipway', NULL, '{"id":"7c5a3xoloqhiy2s6kjhbpqv2vu","url":"http://gazette.example/stories/0","title":"Story 18: a letter about the northern slipway","author":"Farid Rahimi","published":"2026-03-10T07:00:00+00:00","excerpt":"The rope maker''s daughter weighed a coil of tarred line on the first dry Tuesday, to settle an argument. It is a story about bridges as much as about the millrace gate. Of 681 visitors only 14 noticed that a model of the swing bridge had been moved.","category":"Workshop","tags":["crossings","timber"],"language":"en","added":"2026-03-10T12:00:00+00:00","source_key":"gazette","source_id":"gazette-0","digest":"eb2bf8b380a022c31ae3b0c494b27e35d750c0086f8c0792","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Valley Gazette","url":"http://burner.example/gazette","site":"http://gazette.example/","id":"http://burner.example/gazette","updated":"2026-03-10T07:00:00+00:00"},"keywords":["Bridges","Timber"]}', 518),
	('ftrrql6nb6o276vsqkycngy6gm', '2026/03/story-19-the-old-dredger-s-bell-13-years-on-ftrrql.md', 1795902891277656861, 2596, 1773316800000000, 1773300480000000, 'Story 19: the old dredger''s bell, 13 years on', NULL, '{"id":"ftrrql6nb6o276vsqkycngy6gm","url":"http://almanac.example/stories/4","title":"Story 19: the old dredger''s bell, 13 years on","author":"Hugo Lacroix","published":"2026-03-12T07:28:00+00:00","excerpt":"A retired ferry pilot repaired a crate of brass pulleys before breakfast, for the benefit of the new apprentices. It is a story about bridges as much as about a chart of the estuary. Nobody could say whether the bridge inspector or the school''s sailing class had the better claim to the millrace gate.","category":"Sea","tags":["crossings","tides","clay"],"language":"en","added":"2026-03-12T12:00:00+00:00","source_key":"almanac","source_id":"http://almanac.example/stories/4","digest":"c30a8c484a652b7c8ae3b0c4a5541a71d9be76b3af6ebf8c","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Bridge Almanac","url":"http://almanac.example/","site":"http://almanac.example/","id":"http://almanac.example/","updated":"2026-03-12T00:00:00+00:00"},"keywords":["Bridges","Clay"]}', 999),
	('qmnmupfytfiaysuuknyihglijj', '2026/03/story-21-77-days-with-the-old-dredger-s-bell-qmnmup.md', 1795902905014504234, 2410, 1773489600000000, 1773385200000000, 'Story 21: 77 days with the old dredger''s bell', 'pxvjq4tagjcsb2yv5lluvuhp3l', '{"id":"qmnmupfytfiaysuuknyihglijj","url":"http://pier.example/stories/0","title":"Story 21: 77 days with the old dredger''s bell","author":"Elin Sund","published":"2026-03-13T07:00:00+00:00","updated":"2026-03-13T07:00:00+00:00","excerpt":"The museum''s archivist hung up a model of the swing bridge at slack water, without asking the council. It is a story about clay as much as about the signal lamp. Whoever wants to see the weather log should come at slack water and bring boots.","category":"Workshop","tags":["crossings","cordage","clay"],"language":"en","added":"2026-03-14T12:00:00+00:00","source_key":"pier","source_id":"tag:pier-0","digest":"ed7e3b2bc5a091cdf1e3b0c4dc5fac8e7eedc0086f57891b","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Pier Review","url":"http://pier.example/feed","site":"http://pier.example/","id":"http://pier.example/","updated":"2026-03-13T07:00:00+00:00"},"keywords":["Clay","Rope"],"merged_into":"pxvjq4tagjcsb2yv5lluvuhp3l"}', 592),
	('osihana5gxjfbzq56l2ypuj2ay', '2026/03/story-22-how-three-volunteers-measured-an-unfired-jar-osihan.md', 1795902871203337968, 2431, 1773489600000000, 1773471600000000, 'Story 22: how three volunteers measured an unfired jar', NULL, '{"id":"osihana5gxjfbzq56l2ypuj2ay","url":"http://parish.example/stories/0","title":"Story 22: how three volunteers measured an unfired jar","author":"Farid Rahimi","published":"2026-03-14T07:00:00+00:00","excerpt":"A surveyor from the hills sketched the weather log during the long calm, so that the next crew need not guess. It is a story about clay as much as about the weather log. What three volunteers remembers best is how quiet it was before breakfast.","category":"Sea","tags":["RADIO","clay"],"language":"en","added":"2026-03-14T12:00:00+00:00","source_key":"parish","source_id":"parish-0","digest":"103dd9e88bdf8c65d1e3b0c494b27ef1caad76b3af4c14ec","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Parish Letter","url":"http://letters.example/parish","site":"http://parish.example/","id":"http://letters.example/parish","updated":"2026-03-14T07:00:00+00:00"},"keywords":["Clay","Sails"]}', 987),
	('pcjok5qenjfrghieivaazu2xiq', '2026/03/story-23-what-the-rope-maker-s-daughter-found-while-the-ferry-waited-pcjok5.md', 1795902905009618673, 2791, 1773662400000000, 1773558420000000, 'Story 23: what the rope maker''s daughter found while the ferry waited', NULL, '{"id":"pcjok5qenjfrghieivaazu2xiq","url":"http://loft.example/stories/1","title":"Story 23: what the rope maker''s daughter found while the ferry waited","author":"The operator","published":"2026-03-15T07:07:00+00:00","updated":"2026-03-17T07:07:00+00:00","cover":"http://loft.example/pictures/23.jpg","excerpt":"An excerpt by hand.","category":"uncategorised","tags":["cordage","timber"],"language":"en","added":"2026-03-16T12:00:00+00:00","source_key":"loft","source_id":"tag:loft-1","digest":"f6403d07551e27b957f4082aa5541a6aa27395b92d763a36","excerpt_by":"operator","tags_by":"publisher","revisions":["2026-03-18T12:00:00Z"],"origin":{"title":"The Sail Loft","url":"http://loft.example/feed","site":"http://loft.example/","id":"http://loft.example/","updated":"2026-03-15T07:07:00+00:00"},"keywords":["Rope","Timber"]}', 0),
	('jjri22xne2rea5e4b65uevj52d', '2026/03/story-24-how-the-lock-keeper-bought-back-the-northern-slipway-jjri22.md', 1795902871186767655, 2344, 1773662400000000, 1773645660000000, 'Story 24: how the lock keeper bought back the northern slipway', NULL, '{"id":"jjri22xne2rea5e4b65uevj52d","url":"http://wave.example/stories/3","title":"Story 24: how the lock keeper bought back the northern slipway","author":"Ada Brandt","published":"2026-03-16T07:21:00+00:00","excerpt":"The oldest carpenter lowered the northern slipway before breakfast, at a cost of 435 crowns. It is a story about tides as much as about an unfired jar. The figures differ: 793 by one account, 11 by the other.","category":"Sea","tags":["tides","RADIO"],"language":"en","added":"2026-03-16T12:00:00+00:00","source_key":"wave","source_id":"wave-3","digest":"6d74b9ee8d58d7be6ee3b0c409a687897b9e76b3af05347b","excerpt_by":"extractive","tags_by":"publisher","enclosure":{"url":"http://wave.example/audio/24.mp3","type":"audio/mpeg","length":4800000},"origin":{"title":"Short Wave","url":"http://wave.example/feed","site":"http://wave.example/","id":"http://wave.example/feed","updated":"2026-03-16T07:21:00+00:00"},"keywords":["Tides","Radio"]}', 975),
	('q3rpx5t6zwx3udwl5peiikzn6f', '2026/03/story-26-how-two-apprentices-described-the-weather-log-q3rpx5.md', 1795902891322873945, 2430, 1773835200000000, 1773817620000000, 'Story 26: how two apprentices described the weather log', NULL, '{"id":"q3rpx5t6zwx3udwl5peiikzn6f","url":"http://lamp.example/stories/1","title":"Story 26: how two apprentices described the weather log","author":"Farid Rahimi","published":"2026-03-18T07:07:00+00:00","excerpt":"Whoever wants to see the millrace gate should come as the fog lifted and bring boots. Three volunteers described the tide gauge at slack water, with 6 borrowed clamps. Two apprentices sketched a chart of the estuary as the fog lifted, without asking the council.","category":"Sea","tags":["crossings","sails","clay"],"language":"en","added":"2026-03-18T12:00:00+00:00","source_key":"lamp","source_id":"lamp-1","digest":"4875cba8cc92d11f7ce3b0c494b27e94efd976b3afeeab51","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Lamp Room","url":"http://lamp.example/feed","site":"http://lamp.example/","id":"http://lamp.example/feed","updated":"2026-03-18T07:07:00+00:00"},"keywords":["Sails","Glaze"],"hold":true,"hold_reason":"all","digest2":"hold:3cbc87"}', 763),
	('hfzmbzv6aqcfm5us4juahqyh4i', '2026/03/story-27-what-the-night-watch-found-on-the-first-dry-tuesday-hfzmbz.md', 1795902891287044700, 2448, 1773835200000000, 1773817620000000, 'Story 27: what the night watch found on the first dry Tuesday', NULL, '{"id":"hfzmbzv6aqcfm5us4juahqyh4i","url":"http://quay.example/stories/1","title":"Story 27: what the night watch found on the first dry Tuesday","author":"Hugo Lacroix","published":"2026-03-18T07:07:00+00:00","excerpt":"Two apprentices sketched the old dredger''s bell in the week of the fair, and found 9 mistakes. It is a story about sails as much as about the millrace gate. Of 632 visitors only 19 noticed that the signal lamp had been moved.","category":"Sea","tags":["tides","crossings"],"language":"en","added":"2026-03-18T12:00:00+00:00","source_key":"quay","source_id":"quay-1","digest":"e90d83a8cc92921409e3b0c4a5541a21f14f76b3affeb105","excerpt_by":"extractive","tags_by":"operator","origin":{"title":"Quayside","url":"http://quay.example/feed","site":"http://quay.example/","id":"http://quay.example/feed","updated":"2026-03-18T07:07:00+00:00"},"keywords":["Sails","Bridges"],"hold":true,"hold_reason":"all","category_by":"operator","digest2":"hold:3cbc87"}', 999),
	('g57dhcprob4fcjybf4iqqdnqvn', '2026/03/story-25-the-winter-moorings-16-years-on-g57dhc.md', 1795902891280737721, 2396, 1773835200000000, 1773730800000000, 'Story 25: the winter moorings, 16 years on', NULL, '{"id":"g57dhcprob4fcjybf4iqqdnqvn","url":"http://wire.example/stories/0","title":"Story 25: the winter moorings, 16 years on","author":"Elin Sund","published":"2026-03-17T07:00:00+00:00","excerpt":"A radio amateur gave away a chart of the estuary on the first dry Tuesday, for the benefit of the new apprentices. It is a story about radio as much as about the signal lamp. A second attempt is planned for 1947, provided that the harbour master agrees.","category":"Sea","tags":["RADIO","crossings","timber"],"language":"en","added":"2026-03-18T12:00:00+00:00","source_key":"wire","source_id":"wire-0","digest":"3edf93db51f16b2b59e3b0c4dc5fac0a48b276b3afff2595","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Mountain Wire","url":"http://press.example/wire","site":"http://wire.example/","id":"http://press.example/wire","updated":"2026-03-17T07:00:00+00:00"},"keywords":["Radio","Timber"]}', 980),
	('figlx75bael7z5r6ostijdanks', '2026/03/di-29-xin-hao-deng-nituitenoshou-zhi-figlx7.md', 1795902843321416436, 2550, 1774180800000000, 1774163220000000, '第 29: 信号灯についての手紙', NULL, '{"id":"figlx75bael7z5r6ostijdanks","url":"http://minato.example/stories/1","title":"\u7b2c 29: \u4fe1\u53f7\u706f\u306b\u3064\u3044\u3066\u306e\u624b\u7d19","author":"Elin Sund","published":"2026-03-22T07:07:00+00:00","excerpt":"\u5f15\u9000\u3057\u305f\u6e21\u3057\u8239\u306e\u8239\u9577\u306f\u65e5\u66ae\u308c\u306e\u5c11\u3057\u524d\u306b\u3001\u713c\u304f\u524d\u306e\u58fa\u3092\u8cb7\u3044\u623b\u3057\u305f\u3002\u8b70\u8ad6\u306b\u6c7a\u7740\u3092\u3064\u3051\u308b\u305f\u3081\u3060\u3063\u305f\u3002\u3053\u308c\u306f\u713c\u304f\u524d\u306e\u58fa\u306e\u8a71\u3067\u3042\u308b\u3068\u540c\u6642\u306b\u3001\u6f6e\u6c50\u306e\u8a71\u3067\u3082\u3042\u308b\u3002","category":"uncategorised","language":"ja","added":"2026-03-22T12:00:00+00:00","source_key":"minato","source_id":"minato-1","digest":"692c66a507291467a6e3b0c4dc5face3b0c495b92d0d2eb2","excerpt_by":"extractive","origin":{"title":"\u6e2f\u3060\u3088\u308a","url":"http://minato.example/feed","site":"http://minato.example/","id":"http://minato.example/feed","updated":"2026-03-22T07:07:00+00:00"},"keywords":["\u6f6e\u6c50","\u30ed\u30fc\u30d7"]}', 0),
	('z6zkibpdwilehzguccokotnbfz', '2026/03/story-28-a-letter-about-the-weather-log-z6zkib.md', 1795902905058526623, 2321, 1774180800000000, 1774163640000000, 'Story 28: a letter about the weather log', NULL, '{"id":"z6zkibpdwilehzguccokotnbfz","url":"http://ferry.example/stories/2","title":"Story 28: a letter about the weather log","author":"Ada Brandt","published":"2026-03-22T07:14:00+00:00","excerpt":"A visiting potter lowered the northern slipway before breakfast, for the benefit of the new apprentices. It is a story about radio as much as about a chart of the estuary. The figures differ: 219 by one account, 7 by the other.","category":"Sea","tags":["RADIO","cordage"],"language":"en","added":"2026-03-22T12:00:00+00:00","source_key":"ferry","source_id":"ferry-2","digest":"310233a507290dc653e3b0c409a6875fcb2d76b3af4eec54","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"The Digest","url":"http://digest.example/feed","site":"http://digest.example/","id":"http://digest.example/feed"},"keywords":["Radio","Rope"]}', 967),
	('kcv2xseie6culg5m2xsmxfzwkk', '2026/03/geschichte-30-ein-brief-uber-die-signallampe-kcv2xs.md', 1795902904998086853, 2959, 1774526400000000, 1774422420000000, 'Geschichte 30: ein Brief über die Signallampe', NULL, '{"id":"kcv2xseie6culg5m2xsmxfzwkk","url":"http://hafen.example/stories/1","title":"Geschichte 30: ein Brief \u00fcber die Signallampe","author":"Farid Rahimi","published":"2026-03-25T07:07:00+00:00","updated":"2026-03-28T12:00:00+00:00","excerpt":"Kurz vor der D\u00e4mmerung hat die Nachtwache die Signallampe fotografiert, f\u00fcr 584 Kronen. Es geht dabei um Gezeiten ebenso wie um die Glocke des alten Baggers. Von 839 Besuchern bemerkten nur 13, dass sich etwas ge\u00e4ndert hatte.","category":"uncategorised","tags":["tides","cordage"],"language":"de","added":"2026-03-26T12:00:00+00:00","source_key":"hafen","source_id":"hafen-1","digest":"6d4aa06424539c14a8e3b0c494b27e04205695b92d8c7b02","excerpt_by":"extractive","tags_by":"publisher","revisions":["2026-03-28T12:00:00Z"],"origin":{"title":"The Digest","url":"http://digest.example/feed","site":"http://digest.example/","id":"http://digest.example/feed"},"keywords":["Gezeiten","Seil"]}', 0),
	('tnvpuyqowklusfwwo25v3x4rfc', '2026/03/story-31-a-letter-about-the-tide-gauge-tnvpuy.md', 1795902905042611684, 2357, 1774699200000000, 1774595640000000, 'Story 21: as the console has it', NULL, '{"id":"tnvpuyqowklusfwwo25v3x4rfc","url":"http://loft.example/stories/2","title":"Story 21: as the console has it","author":"Ann","published":"2026-03-27T07:14:00+00:00","updated":"2026-03-27T07:14:00+00:00","excerpt":"The school''s sailing class measured a crate of brass pulleys on the first dry Tuesday, and wrote 881 lines about it. It is a story about timber as much as about the northern slipway. What a radio amateur remembers best is how quiet it was as the fog lifted.","category":"Sea","tags":["tides","cordage","timber"],"language":"en","added":"2026-03-28T12:00:00+00:00","source_key":"loft","source_id":"tag:loft-2","digest":"d9a9c5baf097d45cdee3b0c4a5541a6c624d76b3af994ae1","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"The Sail Loft","url":"http://loft.example/feed","site":"http://loft.example/","id":"http://loft.example/","updated":"2026-03-27T07:14:00+00:00"},"keywords":["Timber","Rope"],"split_from":["6dpiudxcqw5fldcglildylaoyi"]}', 996),
	('tqjxb47vrzzyltigctm3m33if7', '2026/03/recit-32-comment-le-plus-vieux-charpentier-a-decrit-la-cloche-de-la-vieille-drague-tqjxb4.md', 1795902891371525478, 2583, 1774699200000000, 1774681620000000, 'Récit 32: comment le plus vieux charpentier a décrit la cloche de la vieille drague', NULL, '{"id":"tqjxb47vrzzyltigctm3m33if7","url":"http://moulin.example/stories/1","title":"R\u00e9cit 32: comment le plus vieux charpentier a d\u00e9crit la cloche de la vieille drague","author":"Ada Brandt","published":"2026-03-28T07:07:00+00:00","updated":"2026-03-28T07:07:00+00:00","excerpt":"Apr\u00e8s la deuxi\u00e8me temp\u00eate, le garde de nuit a r\u00e9par\u00e9 une maquette du pont tournant, bien que les plans disent le contraire. Il y est question de Ponts et de bien d''autres choses. Personne ne savait lequel des deux, un potier de passage ou le plus vieux charpentier, y avait le plus droit.","category":"uncategorised","tags":["crossings"],"language":"fr","added":"2026-03-28T12:00:00+00:00","source_key":"moulin","source_id":"tag:moulin-1","digest":"e6f45503169e27be8fe3b0c409a68700fe4095b92d47c1a7","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Le Moulin (fr)","url":"http://moulin.example/feed","site":"http://moulin.example/","id":"http://moulin.example/","updated":"2026-03-28T07:07:00+00:00"},"keywords":["Ponts","Bois"]}', 0),
	('6dpiudxcqw5fldcglildylaoyi', '2026/03/story-33-763-days-with-the-millrace-gate-6dpiud.md', 1795902904956658648, 2350, 1774699200000000, 1774681620000000, 'Story 33: 763 days with the millrace gate', NULL, '{"id":"6dpiudxcqw5fldcglildylaoyi","url":"http://pier.example/stories/1","title":"Story 33: 763 days with the millrace gate","author":"Elin Sund","published":"2026-03-28T07:07:00+00:00","updated":"2026-03-28T07:07:00+00:00","excerpt":"The school''s sailing class measured a crate of brass pulleys on the first dry Tuesday, and wrote 881 lines about it. It is a story about rope as much as about the northern slipway. What a radio amateur remembers best is how quiet it was as the fog lifted.","category":"Sea","tags":["cordage"],"language":"en","added":"2026-03-28T12:00:00+00:00","source_key":"pier","source_id":"tag:pier-1","digest":"48a46103169e9f5802e3b0c4dc5faca326b076b3aff98264","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Pier Review","url":"http://pier.example/feed","site":"http://pier.example/","id":"http://pier.example/","updated":"2026-03-28T07:07:00+00:00"},"keywords":["Rope","Clay"],"split_from":["tnvpuyqowklusfwwo25v3x4rfc"]}', 998),
	('fbsbyw7le4a37furwljzeeyrbh', '2026/03/story-34-388-days-with-a-crate-of-brass-pulleys-fbsbyw.md', 1795902891274550855, 2376, 1774872000000000, 1774768020000000, 'Story 34: 388 days with a crate of brass pulleys', NULL, '{"id":"fbsbyw7le4a37furwljzeeyrbh","url":"http://gazette.example/stories/1","title":"Story 34: 388 days with a crate of brass pulleys","author":"Farid Rahimi","published":"2026-03-29T07:07:00+00:00","excerpt":"A surveyor from the hills took apart the winter moorings after the second storm, and wrote 391 lines about it. It is a story about timber as much as about the old dredger''s bell. The ledger for 1997 mentions eleven oak beams and nothing else.","category":"Sea","tags":["crossings","timber"],"language":"en","added":"2026-03-30T12:00:00+00:00","source_key":"gazette","source_id":"gazette-1","digest":"b34b6f7bf18ef8fda0e3b0c494b27e35d75076b3af09fea0","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Valley Gazette","url":"http://burner.example/gazette","site":"http://gazette.example/","id":"http://burner.example/gazette","updated":"2026-03-29T07:07:00+00:00"},"keywords":["Timber","Bridges"]}', 999),
	('onw34yow4rxr5xtxgggmr5wekn', '2026/04/story-36-what-the-rope-maker-s-daughter-found-at-slack-water-onw34y.md', 1795902905001902472, 2945, 1775044800000000, 1775028060000000, 'Story 36: what the rope maker''s daughter found at slack water', NULL, '{"id":"onw34yow4rxr5xtxgggmr5wekn","url":"http://ferry.example/stories/3","title":"Story 36: what the rope maker''s daughter found at slack water","author":"Ada Brandt","published":"2026-04-01T07:21:00+00:00","updated":"2026-04-03T12:00:00+00:00","excerpt":"The night watch photographed the winter moorings before breakfast, with 10 borrowed clamps. It is a story about rope as much as about an unfired jar. The museum''s archivist described a crate of brass pulleys at slack water, to settle an argument.","category":"Sea","tags":["cordage","crossings","tides"],"language":"en","added":"2026-04-01T12:00:00+00:00","source_key":"ferry","source_id":"ferry-3","digest":"082bc96838d162f85ce3b0c409a687d6954a76b3af085323","excerpt_by":"extractive","tags_by":"publisher","revisions":["2026-04-03T12:00:00Z"],"origin":{"title":"Ferry Times","url":"http://ferry.example/feed","site":"http://ferry.example/","id":"http://ferry.example/feed","updated":"2026-04-01T07:21:00+00:00"},"keywords":["Rope","Tides"]}', 994),
	('5v6c5t6q3m3vui2kny6yrszy64', '2026/04/story-37-how-the-rope-maker-s-daughter-counted-the-northern-slipway-5v6c5t.md', 1795902904947734161, 2467, 1775044800000000, 1775027640000000, 'Story 37: how the rope maker''s daughter counted the northern slipway', NULL, '{"id":"5v6c5t6q3m3vui2kny6yrszy64","url":"http://lamp.example/stories/2","title":"Story 37: how the rope maker''s daughter counted the northern slipway","author":"Elin Sund","published":"2026-04-01T07:14:00+00:00","cover":"http://lamp.example/pictures/37.jpg","excerpt":"A surveyor from the hills painted a chart of the estuary after the second storm, without asking the council. It is a story about glaze as much as about an unfired jar. The rope maker''s daughter painted the northern slipway during the long calm, at a cost of 238 crowns.","category":"Sea","tags":["cordage","clay","sails"],"language":"en","added":"2026-04-01T12:00:00+00:00","source_key":"lamp","source_id":"lamp-2","digest":"3029036838d16375d16a5391dc5facf1e73176b3af423ffb","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Lamp Room","url":"http://lamp.example/feed","site":"http://lamp.example/","id":"http://lamp.example/feed","updated":"2026-04-01T07:14:00+00:00"},"keywords":["Glaze","Sails"]}', 772),
	('kang6obqgd4ano5nhecodealyh', '2026/03/story-35-what-three-volunteers-found-during-the-long-calm-kang6o.md', 1795902891293796964, 2981, 1775044800000000, 1774941240000000, 'Story 35: what three volunteers found during the long calm', NULL, '{"id":"kang6obqgd4ano5nhecodealyh","url":"http://quay.example/stories/2","title":"Story 35: what three volunteers found during the long calm","author":"Hugo Lacroix","published":"2026-03-31T07:14:00+00:00","updated":"2026-04-03T12:00:00+00:00","excerpt":"The night watch repaired eleven oak beams on the first dry Tuesday, without asking the council. It is a story about bridges as much as about the tide gauge. Nobody could say whether a visiting potter or two apprentices had the better claim to the old dredger''s bell.","category":"Sea","tags":["crossings","RADIO","tides"],"language":"en","added":"2026-04-01T12:00:00+00:00","source_key":"quay","source_id":"quay-2","digest":"d19b26aa2fbb1f0fd9e3b0c4a5541a70d53776b3af254714","excerpt_by":"extractive","tags_by":"publisher","revisions":["2026-04-03T12:00:00Z"],"origin":{"title":"Quayside","url":"http://quay.example/feed","site":"http://quay.example/","id":"http://quay.example/feed","updated":"2026-03-31T07:14:00+00:00"},"keywords":["Bridges","Tides"]}', 999),
	('shpeswkb3woeojcpkluda4lahy', '2026/04/story-38-a-letter-about-a-coil-of-tarred-line-shpesw.md', 1795902905032916414, 2246, 1775217600000000, 1775113200000000, 'Story 38: a letter about a coil of tarred line', NULL, '{"id":"shpeswkb3woeojcpkluda4lahy","url":"http://solo.example/stories/0","title":"Story 38: a letter about a coil of tarred line","author":"Farid Rahimi","published":"2026-04-02T07:00:00+00:00","excerpt":"Two apprentices gave away a crate of brass pulleys shortly before dusk, at a cost of 278 crowns. It is a story about sails as much as about eleven oak beams. The figures differ: 230 by one account, 18 by the other.","category":"Sea","tags":["sails","cordage"],"language":"en","added":"2026-04-03T12:00:00+00:00","source_key":"digest","source_id":"solo-0","digest":"76eb538852693d497ee3b0c494b27e23b99976b3af05b75b","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"The Digest","url":"http://digest.example/feed","site":"http://digest.example/","id":"http://digest.example/feed"},"keywords":["Sails","Rope"]}', 732),
	('63acmnaimw7z3cfqtrsgks7iyg', '2026/04/story-39-390-days-with-the-signal-lamp-63acmn.md', 1795902891238044884, 2495, 1775390400000000, 1775374500000000, 'Story 39: 390 days with the signal lamp', NULL, '{"id":"63acmnaimw7z3cfqtrsgks7iyg","url":"http://almanac.example/stories/5","title":"Story 39: 390 days with the signal lamp","author":"Hugo Lacroix","published":"2026-04-05T07:35:00+00:00","excerpt":"Of 773 visitors only 6 noticed that a coil of tarred line had been moved. \u201cWe would do it again,\u201d the bridge inspector said while the ferry waited, pointing at the tide gauge. It took 17 days and 291 nails, and the museum''s archivist kept the receipts.","category":"Sea","tags":["crossings"],"language":"en","added":"2026-04-05T12:00:00+00:00","source_key":"almanac","source_id":"http://almanac.example/stories/5","digest":"f30293dc791c359e7ae3b0c4a5541a00fe4076b3af6995d6","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Bridge Almanac","url":"http://almanac.example/","site":"http://almanac.example/","id":"http://almanac.example/","updated":"2026-04-05T00:00:00+00:00"},"keywords":["Clay","Bridges"]}', 993),
	('5dxckslv7ywqpxydgiacucre6s', '2026/04/story-40-how-the-bridge-inspector-described-a-coil-of-tarred-line-5dxcks.md', 1795902891214882330, 2548, 1775563200000000, 1775546880000000, 'Story 40: how the bridge inspector described a coil of tarred line', NULL, '{"id":"5dxckslv7ywqpxydgiacucre6s","url":"http://wave.example/stories/4","title":"Story 40: how the bridge inspector described a coil of tarred line","author":"Ada Brandt","published":"2026-04-07T07:28:00+00:00","excerpt":"Three volunteers counted the old dredger''s bell shortly before dusk, although the drawings said otherwise. It is a story about radio as much as about an unfired jar. Nobody could say whether two apprentices or a surveyor from the hills had the better claim to six glazed tiles.","category":"Sea","tags":["crossings","tides","RADIO"],"language":"en","added":"2026-04-07T12:00:00+00:00","source_key":"wave","source_id":"wave-4","digest":"a35f7a6d4211c965e7e3b0c409a68778f31076b3af9111a4","excerpt_by":"extractive","tags_by":"publisher","enclosure":{"url":"http://wave.example/audio/40.mp3","type":"audio/mpeg","length":4800000},"origin":{"title":"Short Wave","url":"http://wave.example/feed","site":"http://wave.example/","id":"http://wave.example/feed","updated":"2026-04-07T07:28:00+00:00"},"keywords":["Radio","Tides"]}', 1000),
	('draftnoteaaaaaaaaaaaaaaaaa', '2026/04/a-note-draft.md', 1795902871169241790, 482, 1775469600000000, -4611686018427387904, 'Story 99: a note of our own, draft', NULL, '{"id":"draftnoteaaaaaaaaaaaaaaaaa","url":"http://notes.example/draft","title":"Story 99: a note of our own, draft","author":"The operator","category":"Sea","tags":["tides","RADIO"],"added":"2026-04-06T10:00:00+00:00","digest":"000000000000e3b0c4e3b0c4000000000000000000000000","tags_by":"operator"}', NULL),
	('7ylpg6iqlddqnhdg6rijscvhn6', '2026/04/story-42-how-the-lock-keeper-photographed-the-old-dredger-s-bell-7ylpg6.md', 1795902904959524389, 2437, 1775736000000000, 1775718840000000, 'Story 42: how the lock keeper photographed the old dredger''s bell', 'ekrbamfe2kemb3w43u3rwpbv7v', '{"id":"7ylpg6iqlddqnhdg6rijscvhn6","url":"http://pier.example/stories/2","title":"Story 42: how the lock keeper photographed the old dredger''s bell","author":"Farid Rahimi","published":"2026-04-09T07:14:00+00:00","updated":"2026-04-09T07:14:00+00:00","excerpt":"The bridge inspector sketched an unfired jar after the second storm, to settle an argument. It is a story about clay as much as about the old dredger''s bell. A second attempt is planned for 1981, provided that a radio amateur agrees.","category":"Sea","tags":["cordage"],"language":"en","added":"2026-04-09T12:00:00+00:00","source_key":"pier","source_id":"tag:pier-2","digest":"35db6ed674257123cae3b0c494b27ea326b076b3af0a7057","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Pier Review","url":"http://pier.example/feed","site":"http://pier.example/","id":"http://pier.example/","updated":"2026-04-09T07:14:00+00:00"},"keywords":["Clay","Rope"],"merged_into":"ekrbamfe2kemb3w43u3rwpbv7v"}', 993),
	('qr6oeytjihvs67sc4rm4e4x62y', '2026/04/geschichte-44-ein-brief-uber-elf-eichenbalken-qr6oey.md', 1795902870592196420, 2560, 1776081600000000, 1775978040000000, 'Geschichte 44: ein Brief über elf Eichenbalken', NULL, '{"id":"qr6oeytjihvs67sc4rm4e4x62y","url":"http://hafen.example/stories/2","title":"Geschichte 44: ein Brief \u00fcber elf Eichenbalken","author":"Ada Brandt","published":"2026-04-12T07:14:00+00:00","excerpt":"Kurz vor der D\u00e4mmerung hat der Hafenmeister elf Eichenbalken repariert, weil es sonst niemand tun wollte. Es geht dabei um Seil ebenso wie um die Liegepl\u00e4tze f\u00fcr den Winter. Das Hauptbuch von 1961 nennt die Signallampe und sonst nichts.","category":"uncategorised","tags":["tides"],"language":"de","added":"2026-04-13T12:00:00+00:00","source_key":"hafen","source_id":"hafen-2","digest":"001a146cb5308a2b77e3b0c409a6870e714f95b92d185c0d","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Hafenblatt","url":"http://hafen.example/feed","site":"http://hafen.example/","id":"http://hafen.example/feed","updated":"2026-04-12T07:14:00+00:00"},"keywords":["Seil","Gezeiten"]}', 0),
	('7luwat7erbxsxqiywnfxym6v3u', '2026/04/story-45-852-days-with-a-chart-of-the-estuary-7luwat.md', 1795902890430209821, 2262, 1776081600000000, 1776064860000000, 'Story 45: 852 days with a chart of the estuary', NULL, '{"id":"7luwat7erbxsxqiywnfxym6v3u","url":"http://quay.example/stories/3","title":"Story 45: 852 days with a chart of the estuary","author":"Elin Sund","published":"2026-04-13T07:21:00+00:00","excerpt":"A visiting potter sketched the signal lamp at slack water, for the benefit of the new apprentices. It is a story about tides as much as about the millrace gate.","category":"Sea","tags":["tides","sails"],"language":"en","added":"2026-04-13T12:00:00+00:00","source_key":"quay","source_id":"quay-3","digest":"180be6864ef49e1ae7e3b0c4dc5fac5a979b76b3affb66c9","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Quayside","url":"http://quay.example/feed","site":"http://quay.example/","id":"http://quay.example/feed","updated":"2026-04-13T07:21:00+00:00"},"keywords":["Tides","Sails"],"hold":true,"digest2":"hold:000000"}', 926),
	('eww2cy7kbz2kcbzrjx6fcs6crj', '2026/04/story-47-how-the-rope-maker-s-daughter-photographed-six-glazed-tiles-eww2cy.md', 1795902904982381545, 2881, 1776254400000000, 1776237660000000, 'Story 47: how the rope maker''s daughter photographed six glazed tiles', NULL, '{"id":"eww2cy7kbz2kcbzrjx6fcs6crj","url":"http://lamp.example/stories/3","title":"Story 47: how the rope maker''s daughter photographed six glazed tiles","author":"Hugo Lacroix","published":"2026-04-15T07:21:00+00:00","updated":"2026-04-17T12:00:00+00:00","excerpt":"The school''s sailing class hung up the northern slipway during the long calm, at a cost of 618 crowns. It is a story about sails as much as about the millrace gate. Nobody could say whether the rope maker''s daughter or the harbour master had the better claim to the tide gauge.","category":"Sea","tags":["cordage","sails"],"language":"en","added":"2026-04-15T12:00:00+00:00","source_key":"lamp","source_id":"lamp-3","digest":"9b238d1db8c25fba99e3b0c4a5541a34c1e176b3afdb0a83","excerpt_by":"extractive","tags_by":"publisher","revisions":["2026-04-17T12:00:00Z"],"origin":{"title":"Lamp Room","url":"http://lamp.example/feed","site":"http://lamp.example/","id":"http://lamp.example/feed","updated":"2026-04-15T07:21:00+00:00"},"keywords":["Sails","Glaze"]}', 999),
	('gevispsxpxhamulw5kxlzztoxm', '2026/04/story-46-eleven-oak-beams-8-years-on-gevisp.md', 1795902891283657713, 2409, 1776254400000000, 1776150420000000, 'Story 46: eleven oak beams, 8 years on', NULL, '{"id":"gevispsxpxhamulw5kxlzztoxm","url":"http://parish.example/stories/1","title":"Story 46: eleven oak beams, 8 years on","author":"Farid Rahimi","published":"2026-04-14T07:07:00+00:00","excerpt":"A second attempt is planned for 1890, provided that the school''s sailing class agrees. Whoever wants to see a crate of brass pulleys should come on the first dry Tuesday and bring boots. Three volunteers took apart eleven oak beams shortly before dusk, with 12 borrowed clamps.","category":"Sea","tags":["crossings","sails","clay"],"language":"en","added":"2026-04-15T12:00:00+00:00","source_key":"parish","source_id":"parish-1","digest":"8c2013ddb5d2b50f8ae3b0c494b27e94efd976b3afe4f6fe","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Parish Letter","url":"http://letters.example/parish","site":"http://parish.example/","id":"http://letters.example/parish","updated":"2026-04-14T07:07:00+00:00"},"keywords":["Sails","Clay"]}', 973),
	('actjqtjicxpbmtjaa5ffgv2cwj', '2026/03/story-11-the-tide-gauge-15-years-on-actjqt.md', 1795902904966688691, 2411, 1776427200000000, 1772521200000000, 'Story 11: the tide gauge, 15 years on', NULL, '{"id":"actjqtjicxpbmtjaa5ffgv2cwj","url":"http://loft.example/stories/0","title":"Story 11: the tide gauge, 15 years on","author":"Hugo Lacroix","published":"2026-03-03T07:00:00+00:00","updated":"2026-03-03T07:00:00+00:00","excerpt":"The lock keeper weighed the tide gauge while the ferry waited, so that the next crew need not guess. It is a story about timber as much as about a model of the swing bridge. It took 14 days and 29 nails, and the night watch kept the receipts.","category":"uncategorised","tags":["tides","crossings","timber","cordage"],"language":"en","added":"2026-04-17T12:00:00+00:00","source_key":"loft","source_id":"tag:new-loft-0","digest":"fd9b39c02500e4a2d5e3b0c4a5541a0eabcc95b92d1e8ff0","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"The Sail Loft","url":"http://loft.example/feed","site":"http://loft.example/","id":"http://loft.example/","updated":"2026-03-03T07:00:00+00:00"},"keywords":["Timber","Rope"]}', 0),
	('lnxugnysoos65bituoxuxnrvjk', '2026/04/story-54-how-the-oldest-carpenter-gave-away-the-winter-moorings-lnxugn.md', 1795902888273764293, 2305, 1777118400000000, 1777014420000000, 'Story 54: how the oldest carpenter gave away the winter moorings', NULL, '{"id":"lnxugnysoos65bituoxuxnrvjk","url":"http://wire.example/stories/1","title":"Story 54: how the oldest carpenter gave away the winter moorings","author":"Farid Rahimi","published":"2026-04-24T07:07:00+00:00","excerpt":"Of 394 visitors only 16 noticed that the tide gauge had been moved. What a visiting potter remembers best is how quiet it was at slack water. The figures differ: 445 by one account, 11 by the other.","category":"Sea","tags":["timber"],"language":"en","added":"2026-04-25T12:00:00+00:00","source_key":"wire","source_id":"wire-1","digest":"58cee2d1a244646a7ae3b0c494b27e5dd46876b3af5bca66","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Mountain Wire","url":"http://press.example/wire","site":"http://wire.example/","id":"http://press.example/wire","updated":"2026-04-24T07:07:00+00:00"},"keywords":["Timber","Radio"]}', 973),
	('fajsyaoghqc2weicyogfucktej', '2026/04/story-48-632-days-with-the-signal-lamp-fajsya.md', 1795902891270930368, 2433, 1776427200000000, 1776410040000000, 'Story 48: 632 days with the signal lamp', NULL, '{"id":"fajsyaoghqc2weicyogfucktej","url":"http://gazette.example/stories/2","title":"Story 48: 632 days with the signal lamp","author":"Ada Brandt","published":"2026-04-17T07:14:00+00:00","excerpt":"Two apprentices sketched a crate of brass pulleys while the ferry waited, to settle an argument. It is a story about bridges as much as about an unfired jar. \u201cWe would do it again,\u201d the lock keeper said at slack water, pointing at a crate of brass pulleys.","category":"Workshop","tags":["crossings","timber"],"language":"en","added":"2026-04-17T12:00:00+00:00","source_key":"gazette","source_id":"gazette-2","digest":"250229f676458ff763e3b0c409a68735d750c0086f910358","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Valley Gazette","url":"http://burner.example/gazette","site":"http://gazette.example/","id":"http://burner.example/gazette","updated":"2026-04-17T07:14:00+00:00"},"keywords":["Bridges","Timber"]}', 822),
	('uzbwyx6yytrq5lco3dwlapavyd', '2026/04/di-49-dong-noxi-liu-chang-suo-nituitenoshou-zhi-uzbwyx.md', 1795902879589648412, 2576, 1776600000000000, 1776496440000000, '第 49: 冬の係留場所についての手紙', NULL, '{"id":"uzbwyx6yytrq5lco3dwlapavyd","url":"http://minato.example/stories/2","title":"\u7b2c 49: \u51ac\u306e\u4fc2\u7559\u5834\u6240\u306b\u3064\u3044\u3066\u306e\u624b\u7d19","author":"Elin Sund","published":"2026-04-18T07:14:00+00:00","cover":"http://minato.example/pictures/49.jpg","excerpt":"\u535a\u7269\u9928\u306e\u5b66\u82b8\u54e1\u306f\u6700\u521d\u306e\u6674\u308c\u305f\u706b\u66dc\u65e5\u306b\u3001\u65cb\u56de\u6a4b\u306e\u6a21\u578b\u3092\u8a66\u3057\u305f\u3002\u8aa4\u308a\u304c19\u304b\u6240\u898b\u3064\u304b\u3063\u305f\u3002\u3053\u308c\u306f\u516d\u679a\u306e\u91c9\u85ac\u30bf\u30a4\u30eb\u306e\u8a71\u3067\u3042\u308b\u3068\u540c\u6642\u306b\u3001\u30ed\u30fc\u30d7\u306e\u8a71\u3067\u3082\u3042\u308b\u3002","category":"uncategorised","language":"ja","added":"2026-04-19T12:00:00+00:00","source_key":"minato","source_id":"minato-2","digest":"db96d8ca9b4af5ec03a8bec9dc5face3b0c495b92dbe0edc","excerpt_by":"extractive","origin":{"title":"The Digest","url":"http://digest.example/feed","site":"http://digest.example/","id":"http://digest.example/feed"},"keywords":["\u30ed\u30fc\u30d7","\u6f6e\u6c50"]}', 0),
	('rj4ekdirndekojqtbbreuu5byw', '2026/04/story-51-why-the-bridge-inspector-tested-the-millrace-gate-rj4ekd.md', 1795902905021943703, 2410, 1776772800000000, 1776756900000000, 'Story 51: why the bridge inspector tested the millrace gate', NULL, '{"id":"rj4ekdirndekojqtbbreuu5byw","url":"http://ferry.example/stories/5","title":"Story 51: why the bridge inspector tested the millrace gate","author":"Hugo Lacroix","published":"2026-04-21T07:35:00+00:00","excerpt":"The rope maker''s daughter counted an unfired jar while the ferry waited, and found 9 mistakes. It is a story about radio as much as about the old dredger''s bell. Nobody could say whether the museum''s archivist or a surveyor from the hills had the better claim to the tide gauge.","category":"Sea","tags":["crossings","cordage"],"language":"en","added":"2026-04-21T12:00:00+00:00","source_key":"ferry","source_id":"ferry-5","digest":"fa4363718aea85c960e3b0c4a5541a984f8876b3afdd9d43","excerpt_by":"extractive","tags_by":"publisher","also":["http://pier.example/stories/3"],"origin":{"title":"The Digest","url":"http://digest.example/feed","site":"http://digest.example/","id":"http://digest.example/feed"},"keywords":["Radio","Rope"]}', 0),
	('yvdjrusnua246mvsilf2uzfwrr', '2026/04/recit-52-605-jours-avec-le-journal-du-temps-yvdjru.md', 1795902891383947560, 2544, 1776772800000000, 1776755640000000, 'Récit 52: 605 jours avec le journal du temps', NULL, '{"id":"yvdjrusnua246mvsilf2uzfwrr","url":"http://moulin.example/stories/2","title":"R\u00e9cit 52: 605 jours avec le journal du temps","author":"Ada Brandt","published":"2026-04-21T07:14:00+00:00","updated":"2026-04-21T07:14:00+00:00","excerpt":"Pendant le long calme, une ancienne pilote du bac a d\u00e9mont\u00e9 les mouillages d''hiver, bien que les plans disent le contraire. Il y est question de Bois et de bien d''autres choses. \u00ab Nous le referions \u00bb, a dit une radioamatrice, quand la brume s''est lev\u00e9e.","category":"uncategorised","tags":["crossings","timber"],"language":"fr","added":"2026-04-21T12:00:00+00:00","source_key":"moulin","source_id":"tag:moulin-2","digest":"ff40a7718aea65fb8ae3b0c409a68735d75095b92d8ef032","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Le Moulin (fr)","url":"http://moulin.example/feed","site":"http://moulin.example/","id":"http://moulin.example/","updated":"2026-04-21T07:14:00+00:00"},"keywords":["Bois","Ponts"]}', 0),
	('sujaficsylnqwq33vix6bjil7w', '2026/04/story-50-the-millrace-gate-4-years-on-sujafi.md', 1795902905035993328, 2503, 1776772800000000, 1776670080000000, 'Story 50: the millrace gate, 4 years on', NULL, '{"id":"sujaficsylnqwq33vix6bjil7w","url":"http://loft.example/stories/4","title":"Story 50: the millrace gate, 4 years on","author":"Farid Rahimi","published":"2026-04-20T07:28:00+00:00","updated":"2026-04-20T07:28:00+00:00","excerpt":"The school''s sailing class painted the old dredger''s bell in the week of the fair, without asking the council. It is a story about timber as much as about a chart of the estuary. Nobody could say whether the lock keeper or a retired ferry pilot had the better claim to the millrace gate.","category":"Sea","tags":["crossings","timber","cordage"],"language":"en","added":"2026-04-21T12:00:00+00:00","source_key":"loft","source_id":"tag:new-loft-4","digest":"bf5142ce6cb0066cbfe3b0c494b27e78699b76b3afd65f0c","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"The Sail Loft","url":"http://loft.example/news","site":"http://loft.example/","id":"http://loft.example/","updated":"2026-04-20T07:28:00+00:00"},"keywords":["Timber","Rope"]}', 854),
	('2b52kq6c4onksdevwjlnkzwbzm', '2026/04/story-53-a-letter-about-the-winter-moorings-2b52kq.md', 1795902904923771594, 2388, 1776945600000000, 1776842460000000, 'Story 53: a letter about the winter moorings', 'rj4ekdirndekojqtbbreuu5byw', '{"id":"2b52kq6c4onksdevwjlnkzwbzm","url":"http://pier.example/stories/3","title":"Story 53: a letter about the winter moorings","author":"Elin Sund","published":"2026-04-22T07:21:00+00:00","updated":"2026-04-22T07:21:00+00:00","excerpt":"The rope maker''s daughter counted an unfired jar while the ferry waited, and found 9 mistakes. It is a story about rope as much as about the old dredger''s bell. The ledger for 2022 mentions the winter moorings and nothing else.","category":"uncategorised","tags":["cordage"],"language":"en","added":"2026-04-23T12:00:00+00:00","source_key":"pier","source_id":"tag:pier-3","digest":"710c3a5f0f53bcc0c0e3b0c4dc5faca326b095b92d9099f5","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Pier Review","url":"http://pier.example/feed","site":"http://pier.example/","id":"http://pier.example/","updated":"2026-04-22T07:21:00+00:00"},"keywords":["Rope","Clay"],"merged_into":"rj4ekdirndekojqtbbreuu5byw"}', 0),
	('ekrbamfe2kemb3w43u3rwpbv7v', '2026/04/story-41-eleven-oak-beams-4-years-on-ekrbam.md', 1795902904973755305, 2392, 1775736000000000, 1775632860000000, 'Story 41: eleven oak beams, 4 years on', NULL, '{"id":"ekrbamfe2kemb3w43u3rwpbv7v","url":"http://loft.example/stories/3","title":"Story 41: eleven oak beams, 4 years on","author":"Elin Sund","published":"2026-04-08T07:21:00+00:00","updated":"2026-04-08T07:21:00+00:00","excerpt":"The bridge inspector sketched an unfired jar after the second storm, to settle an argument. It is a story about rope as much as about the old dredger''s bell. A second attempt is planned for 1981, provided that a radio amateur agrees.","category":"Sea","tags":["timber","cordage"],"language":"en","added":"2026-04-09T12:00:00+00:00","source_key":"loft","source_id":"tag:loft-3","digest":"49f77345b7b2736793e3b0c4dc5faca71db876b3afeeb1e1","excerpt_by":"extractive","tags_by":"publisher","also":["http://pier.example/stories/2"],"origin":{"title":"The Digest","url":"http://digest.example/feed","site":"http://digest.example/","id":"http://digest.example/feed"},"keywords":["Rope","Timber"]}', NULL),
	('fgjh4qxvcm3rn27ls6ru2e5xpy', '2026/04/story-55-how-a-visiting-potter-described-the-winter-moorings-fgjh4q.md', 1795902895004553836, 2255, 1777291200000000, 1777188480000000, 'Story 55: how a visiting potter described the winter moorings', NULL, '{"id":"fgjh4qxvcm3rn27ls6ru2e5xpy","url":"http://quay.example/stories/4","title":"Story 55: how a visiting potter described the winter moorings","author":"Hugo Lacroix","published":"2026-04-26T07:28:00+00:00","excerpt":"Two apprentices hung up the winter moorings on the first dry Tuesday, and found 16 mistakes. It is a story about sails as much as about a coil of tarred line. The ledger for 2017 mentions the weather log and nothing else.","category":"Sea","tags":["crossings","sails"],"language":"en","added":"2026-04-27T12:00:00+00:00","source_key":"quay","source_id":"quay-4","digest":"b652bda66f10e9e948e3b0c4a5541aecceba76b3af9dada0","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Quayside","url":"http://quay.example/feed","site":"http://quay.example/","id":"http://quay.example/feed","updated":"2026-04-26T07:28:00+00:00"},"keywords":["Sails","Bridges"]}', 965),
	('opx7wsww7i6eruciqhahxukmm6', '2026/04/story-57-what-the-lock-keeper-found-shortly-before-dusk-opx7ws.md', 1795902897453124102, 2442, 1777464000000000, 1777448100000000, 'Story 57: what the lock keeper found shortly before dusk', NULL, '{"id":"opx7wsww7i6eruciqhahxukmm6","url":"http://wave.example/stories/5","title":"Story 57: what the lock keeper found shortly before dusk","author":"Elin Sund","published":"2026-04-29T07:35:00+00:00","excerpt":"A retired ferry pilot weighed the winter moorings while the ferry waited, to settle an argument. It is a story about tides as much as about the winter moorings. What a visiting potter remembers best is how quiet it was shortly before dusk.","category":"Sea","tags":["tides"],"language":"en","added":"2026-04-29T12:00:00+00:00","source_key":"wave","source_id":"wave-5","digest":"78465821cad5a0c2d2e3b0c4dc5fac0e714f76b3af211a8c","excerpt_by":"extractive","tags_by":"publisher","enclosure":{"url":"http://wave.example/audio/57.mp3","type":"audio/mpeg","length":4800000},"origin":{"title":"Short Wave","url":"http://wave.example/feed","site":"http://wave.example/","id":"http://wave.example/feed","updated":"2026-04-29T07:35:00+00:00"},"keywords":["Tides","Radio"]}', 999),
	('xorqnv6c4655vojmotua6g4rcy', '2026/05/story-58-what-the-museum-s-archivist-found-after-the-second-storm-xorqnv.md', 1795902913848139044, 2412, 1777636800000000, 1777621320000000, 'Story 55: renamed late by hand', NULL, '{"id":"xorqnv6c4655vojmotua6g4rcy","url":"http://ferry.example/stories/6","title":"Story 55: renamed late by hand","author":"Farid Rahimi","published":"2026-05-01T07:42:00+00:00","excerpt":"A visiting potter repaired six glazed tiles before breakfast, for the benefit of the new apprentices. It is a story about rope as much as about a coil of tarred line. \u201cWe would do it again,\u201d the rope maker''s daughter said after the second storm, pointing at the old dredger''s bell.","category":"Sea","tags":["cordage","tides"],"language":"en","added":"2026-05-01T12:00:00+00:00","source_key":"ferry","source_id":"ferry-6","digest":"d8b3286b81a08a67c4e3b0c494b27e74549d76b3af2e729c","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Ferry Times","url":"http://ferry.example/feed","site":"http://ferry.example/","id":"http://ferry.example/feed","updated":"2026-05-01T07:42:00+00:00"},"keywords":["Rope","Tides"]}', 1000),
	('2lszkzrgv53gb2sqfjg3hubo5m', '2026/05/story-59-what-three-volunteers-found-at-slack-water-2lszkz.md', 1795902904938639513, 2354, 1777809600000000, 1777707300000000, 'Story 59: what three volunteers found at slack water', NULL, '{"id":"2lszkzrgv53gb2sqfjg3hubo5m","url":"http://loft.example/stories/5","title":"Story 59: what three volunteers found at slack water","author":"Hugo Lacroix","published":"2026-05-02T07:35:00+00:00","updated":"2026-05-02T07:35:00+00:00","excerpt":"The lock keeper hung up a model of the swing bridge shortly before dusk, although the drawings said otherwise. It is a story about rope as much as about the old dredger''s bell.","category":"Sea","tags":["fog","timber","cordage"],"language":"en","added":"2026-05-03T12:00:00+00:00","source_key":"loft","source_id":"tag:new-loft-5","digest":"8b653e580575cf81fce3b0c4a5541a16470676b3afdd1437","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"The Sail Loft","url":"http://loft.example/news","site":"http://loft.example/","id":"http://loft.example/","updated":"2026-05-02T07:35:00+00:00"},"keywords":["Rope","Timber"]}', 998),
	('vokwpued7kepka63scar5slqq2', '2026/05/story-60-a-letter-about-a-chart-of-the-estuary-vokwpu.md', 1795902901994414084, 2524, 1777809600000000, 1777794120000000, 'Story 60: a letter about a chart of the estuary', NULL, '{"id":"vokwpued7kepka63scar5slqq2","url":"http://almanac.example/stories/6","title":"Story 60: a letter about a chart of the estuary","author":"Ada Brandt","published":"2026-05-03T07:42:00+00:00","excerpt":"Whoever wants to see eleven oak beams should come in the week of the fair and bring boots. The rope maker''s daughter hung up a crate of brass pulleys while the ferry waited, with 3 borrowed clamps. It is a story about clay as much as about a crate of brass pulleys.","category":"uncategorised","tags":["crossings","clay"],"language":"en","added":"2026-05-03T12:00:00+00:00","source_key":"almanac","source_id":"http://almanac.example/stories/6","digest":"36921eeafdb643d138e3b0c409a687edc2de95b92d8c2442","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Bridge Almanac","url":"http://almanac.example/","site":"http://almanac.example/","id":"http://almanac.example/","updated":"2026-05-03T00:00:00+00:00"},"keywords":["Bridges","Clay"]}', 0),
	('zrk72rjoceea24paz3fs3jato7', '2026/05/story-61-how-the-bridge-inspector-lowered-the-winter-moorings-zrk72r.md', 1795902910349841536, 3005, 1778328000000000, 1778312100000000, 'Story 61: how the bridge inspector lowered the winter moorings', NULL, '{"id":"zrk72rjoceea24paz3fs3jato7","url":"http://quay.example/stories/5","title":"Story 61: how the bridge inspector lowered the winter moorings","author":"Elin Sund","published":"2026-05-09T07:35:00+00:00","updated":"2026-05-11T12:00:00+00:00","excerpt":"Whoever wants to see an unfired jar should come as the fog lifted and bring boots. The oldest carpenter lowered a coil of tarred line while the ferry waited, for the benefit of the new apprentices. A second attempt is planned for 1897, provided that the bridge inspector agrees.","category":"Sea","tags":["crossings","tides"],"language":"en","added":"2026-05-09T12:00:00+00:00","source_key":"quay","source_id":"quay-5","digest":"5430ecdbedba90170ee3b0c4dc5facd0b40c76b3afbffaad","excerpt_by":"extractive","tags_by":"publisher","revisions":["2026-05-11T12:00:00Z"],"origin":{"title":"Quayside","url":"http://quay.example/feed","site":"http://quay.example/","id":"http://quay.example/feed","updated":"2026-05-09T07:35:00+00:00"},"aliases":["http://quay.example/archive/5"],"keywords":["Bridges","Tides"]}', 998),
	('z56rhyzejok5ufyms25xv23c4e', '2026/05/story-64-a-letter-about-the-old-dredger-s-bell-z56rhy.md', 1795902913417121289, 2444, 1778673600000000, 1778657700000000, 'Story 64: a letter about the old dredger''s bell', NULL, '{"id":"z56rhyzejok5ufyms25xv23c4e","url":"http://lamp.example/stories/5","title":"Story 64: a letter about the old dredger''s bell","author":"Ada Brandt","published":"2026-05-13T07:35:00+00:00","excerpt":"The ledger for 2006 mentions six glazed tiles and nothing else. Nobody could say whether a surveyor from the hills or the harbour master had the better claim to the winter moorings. A retired ferry pilot tested the signal lamp at slack water, and wrote 191 lines about it.","category":"Workshop","tags":["sails"],"language":"en","added":"2026-05-13T12:00:00+00:00","source_key":"lamp","source_id":"lamp-5","digest":"b5803d4be6d964525ee3b0c409a687269f9ec0086fda4dbd","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Lamp Room","url":"http://lamp.example/feed","site":"http://lamp.example/","id":"http://lamp.example/feed","updated":"2026-05-13T07:35:00+00:00"},"keywords":["Sails","Glaze"]}', 0),
	('l7thpiuva5xnomgnt2fbcwqrqh', '2026/05/story-63-the-tide-gauge-14-years-on-l7thpi.md', 1795902913461455976, 2244, 1778673600000000, 1778570040000000, 'Story 63: the tide gauge, 14 years on', NULL, '{"id":"l7thpiuva5xnomgnt2fbcwqrqh","url":"http://parish.example/stories/2","title":"Story 63: the tide gauge, 14 years on","author":"Hugo Lacroix","published":"2026-05-12T07:14:00+00:00","excerpt":"Three volunteers bought back six glazed tiles while the ferry waited, although the drawings said otherwise. It is a story about clay as much as about the signal lamp. A second attempt is planned for 1922, provided that a retired ferry pilot agrees.","category":"Sea","tags":["sails","clay"],"language":"en","added":"2026-05-13T12:00:00+00:00","source_key":"parish","source_id":"parish-2","digest":"34bf5bd279fe4924e3e3b0c4a5541affd92576b3afe5739e","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Parish Letter","url":"http://letters.example/parish","site":"http://parish.example/","id":"http://letters.example/parish","updated":"2026-05-12T07:14:00+00:00"},"keywords":["Clay","Sails"]}', 920),
	('a2n7xgptk5pbt5c6z73av2ryrt', '2026/05/story-66-the-winter-moorings-6-years-on-a2n7xg.md', 1795902915587053207, 2357, 1778846400000000, 1778829660000000, 'Story 66: the winter moorings, 6 years on', NULL, '{"id":"a2n7xgptk5pbt5c6z73av2ryrt","url":"http://gazette.example/stories/3","title":"Story 66: the winter moorings, 6 years on","author":"Farid Rahimi","published":"2026-05-15T07:21:00+00:00","excerpt":"A retired ferry pilot hung up the millrace gate while the ferry waited, with 5 borrowed clamps. It is a story about timber as much as about six glazed tiles. \u201cWe would do it again,\u201d the school''s sailing class said as the fog lifted, pointing at the weather log.","category":"Sea","tags":["timber","crossings"],"language":"en","added":"2026-05-15T12:00:00+00:00","source_key":"gazette","source_id":"gazette-3","digest":"5ef07da9309a230490e3b0c494b27e6dd1f676b3afd34123","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Valley Gazette","url":"http://burner.example/gazette","site":"http://gazette.example/","id":"http://burner.example/gazette","updated":"2026-05-15T07:21:00+00:00"},"keywords":["Timber","Bridges"]}', 958),
	('e3vttxkcesataay7gel2e6fzrh', '2026/05/story-65-204-days-with-the-millrace-gate-e3vttx.md', 1795902915713520254, 2319, 1778846400000000, 1778744520000000, 'Story 65: 204 days with the millrace gate', NULL, '{"id":"e3vttxkcesataay7gel2e6fzrh","url":"http://loft.example/stories/6","title":"Story 65: 204 days with the millrace gate","author":"Elin Sund","published":"2026-05-14T07:42:00+00:00","updated":"2026-05-14T07:42:00+00:00","excerpt":"The lock keeper lowered the tide gauge as the fog lifted, to settle an argument. It is a story about timber as much as about an unfired jar. Whoever wants to see the weather log should come in the week of the fair and bring boots.","category":"Workshop","tags":["timber","cordage"],"language":"en","added":"2026-05-15T12:00:00+00:00","source_key":"loft","source_id":"tag:new-loft-6","digest":"4b84d6c4159bc8d708e3b0c4dc5faca71db8c0086f2fda54","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"The Sail Loft","url":"http://loft.example/news","site":"http://loft.example/","id":"http://loft.example/","updated":"2026-05-14T07:42:00+00:00"},"keywords":["Timber","Rope"]}', 866),
	('hm3zvame26vv52fu3nuezgnzuo', '2026/05/geschichte-67-wie-die-nachtwache-sechs-glasierte-fliesen-repariert-hat-hm3zva.md', 1795902919561714149, 2502, 1779192000000000, 1779088860000000, 'Geschichte 67: wie die Nachtwache sechs glasierte Fliesen repariert hat', NULL, '{"id":"hm3zvame26vv52fu3nuezgnzuo","url":"http://hafen.example/stories/3","title":"Geschichte 67: wie die Nachtwache sechs glasierte Fliesen repariert hat","author":"Hugo Lacroix","published":"2026-05-18T07:21:00+00:00","excerpt":"In der Woche des Jahrmarkts hat die Archivarin des Museums eine Karte der M\u00fcndung vermessen, f\u00fcr 654 Kronen. Es geht dabei um Gezeiten ebenso wie um die n\u00f6rdliche Helling. Das Hauptbuch von 1993 nennt eine Kiste mit Messingrollen und sonst nichts.","category":"uncategorised","tags":["tides"],"language":"de","added":"2026-05-19T12:00:00+00:00","source_key":"hafen","source_id":"hafen-3","digest":"51471249e9ac7fccf8e3b0c4a5541a0e714f95b92da34cf0","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Hafenblatt","url":"http://hafen.example/feed","site":"http://hafen.example/","id":"http://hafen.example/feed","updated":"2026-05-18T07:21:00+00:00"},"keywords":["Gezeiten","Seil"]}', 0),
	('pvkbdntmad627b3ddm6jzgrv7w', '2026/05/di-69-naseamatiyuawu-xian-jia-hazhen-tou-nohua-che-noxiang-wodiao-rusitanoka-pvkbdn.md', 1795902921581529773, 2635, 1779364800000000, 1779261660000000, '第 69: なぜアマチュア無線家は真鍮の滑車の箱を吊るしたのか', NULL, '{"id":"pvkbdntmad627b3ddm6jzgrv7w","url":"http://minato.example/stories/3","title":"\u7b2c 69: \u306a\u305c\u30a2\u30de\u30c1\u30e5\u30a2\u7121\u7dda\u5bb6\u306f\u771f\u936e\u306e\u6ed1\u8eca\u306e\u7bb1\u3092\u540a\u308b\u3057\u305f\u306e\u304b","author":"Elin Sund","published":"2026-05-20T07:21:00+00:00","excerpt":"\u5f15\u9000\u3057\u305f\u6e21\u3057\u8239\u306e\u8239\u9577\u306f\u9727\u304c\u6674\u308c\u305f\u9803\u306b\u3001\u51ac\u306e\u4fc2\u7559\u5834\u6240\u3092\u5857\u308a\u76f4\u3057\u305f\u3002\u56f3\u9762\u306b\u306f\u5225\u306e\u3053\u3068\u304c\u66f8\u3044\u3066\u3042\u3063\u305f\u3002\u3053\u308c\u306f\u53e4\u3044\u6d5a\u6e2b\u8239\u306e\u9418\u306e\u8a71\u3067\u3042\u308b\u3068\u540c\u6642\u306b\u3001\u6f6e\u6c50\u306e\u8a71\u3067\u3082\u3042\u308b\u3002","category":"uncategorised","language":"ja","added":"2026-05-21T12:00:00+00:00","source_key":"minato","source_id":"minato-3","digest":"9d8b059398ed29cbbbe3b0c4dc5face3b0c495b92dce0386","excerpt_by":"extractive","origin":{"title":"\u6e2f\u3060\u3088\u308a","url":"http://minato.example/feed","site":"http://minato.example/","id":"http://minato.example/feed","updated":"2026-05-20T07:21:00+00:00"},"keywords":["\u6f6e\u6c50","\u30ed\u30fc\u30d7"]}', 0),
	('lbo3wh2yvybmrqi5ogq6ikco5k', '2026/05/story-70-how-the-lock-keeper-hung-up-the-old-dredger-s-bell-lbo3wh.md', 1795902923708922225, 2924, 1779364800000000, 1779350160000000, 'Story 70: how the lock keeper hung up the old dredger''s bell', NULL, '{"id":"lbo3wh2yvybmrqi5ogq6ikco5k","url":"http://ferry.example/stories/8","title":"Story 70: how the lock keeper hung up the old dredger''s bell","author":"Farid Rahimi","published":"2026-05-21T07:56:00+00:00","updated":"2026-05-23T12:00:00+00:00","excerpt":"The bridge inspector photographed eleven oak beams as the fog lifted, so that the next crew need not guess. It is a story about radio as much as about an unfired jar. Of 401 visitors only 4 noticed that the signal lamp had been moved.","category":"Sea","tags":["cordage"],"language":"en","added":"2026-05-21T12:00:00+00:00","source_key":"ferry","source_id":"ferry-8","digest":"326bfcef0c75921f82e3b0c494b27ea326b076b3af656b79","excerpt_by":"extractive","tags_by":"publisher","revisions":["2026-05-23T12:00:00Z"],"origin":{"title":"Ferry Times","url":"http://ferry.example/feed","site":"http://ferry.example/","id":"http://ferry.example/feed","updated":"2026-05-21T07:56:00+00:00"},"aliases":["http://ferry.example/archive/8"],"keywords":["Radio","Rope"]}', 974),
	('ty3a77ck5vb4r4yabxz6ubbng2', '2026/05/story-73-a-letter-about-six-glazed-tiles-ty3a77.md', 1795902926961178822, 2296, 1779883200000000, 1779867720000000, 'Story 73: a letter about six glazed tiles', NULL, '{"id":"ty3a77ck5vb4r4yabxz6ubbng2","url":"http://lamp.example/stories/6","title":"Story 73: a letter about six glazed tiles","author":"Elin Sund","published":"2026-05-27T07:42:00+00:00","excerpt":"Three volunteers tested the old dredger''s bell in the week of the fair, for the benefit of the new apprentices. It is a story about glaze as much as about a crate of brass pulleys.","category":"Workshop","tags":["sails"],"language":"en","added":"2026-05-27T12:00:00+00:00","source_key":"lamp","source_id":"lamp-6","digest":"75c6ab023dd3da6fa9e3b0c4dc5fac269f9ec0086f7fe66c","excerpt_by":"extractive","tags_by":"publisher","origin":{"title":"Lamp Room","url":"http://lamp.example/feed","site":"http://lamp.example/","id":"http://lamp.example/feed","updated":"2026-05-27T07:42:00+00:00"},"keywords":["Glaze","Sails"]}', 783);


--
-- Data for Name: blocks; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.blocks VALUES
	(1, 'kiln.example', 'racgp7okxthadkbvhmjyr6h6ny', '["14660a924e641078", "240145079bdd2ae1", "f7264a8adaaed49d"]'),
	(2, 'almanac.example', '7v4nbcgwajtfvx2qhnlnhukxdv', '["119b0e1be79f3aa9", "8ad7faf6e6f9e8ae", "fb5896bc3c5aea02"]'),
	(3, 'ferry.example', 'ze73z3syrhrdoyiol3wfpgxllx', '["12d0fdea028584a4", "e278eefbb3c062ab", "f526fd73f9ba5693"]'),
	(4, 'rook.example', '6trdl4hcohvtgypltmfxyk7pvb', '["2c08b7175e4bd89b", "a60e14fca6139c43", "e8d0f45882c7296d"]'),
	(5, 'wave.example', 'lh2mvxcrgubt2iallkrafljjys', '["7bbcbf94443b6739", "b1aa67ac0fd32dd9", "ca3ea36cb3b562d5"]'),
	(6, 'almanac.example', 'qg2yzogdogmex6tgdz6zcmfy37', '["56a084e330bd11dd", "762e3cd6cd6c3476", "7c87b3d3130a08cf"]'),
	(7, 'wave.example', 'qvatklezv5d2btrzi7ngiogvlk', '["1c9414feaa9eea9c", "49a01665ab8a6fe7", "dcfdafd3162634b2"]'),
	(8, 'almanac.example', 'sqojtc75uzwxrn4swmsmmwm4je', '["10657374bba0ba01", "2bb5935d8ad98265", "d407b21db82daee0"]'),
	(9, 'wave.example', 'gklnugmpmta2gk3olbhwuml6si', '["1939747dbea572e5", "55431e18f6f5c042", "97976a5e49086eff"]'),
	(10, 'almanac.example', 'eaxosia56ciyiqjs3bededenza', '["0d8093baae5d128c", "13ffe20d8991ebcb", "8b16ce6609810baf"]'),
	(11, 'lamp.example', 'jnkez2sv5d2qhbdicvr3p3npwv', '["0a41ed7e8d805c84", "642fcafd30ba69d3", "989f1ad562fac098"]'),
	(13, 'quay.example', 'pofnig4t5u4peowtknsr7hcwzk', '["24fdd5ca24eebd1d", "dc7b652b49153fc5", "f012d611bf3d2971"]'),
	(14, 'minato.example', 'nggytyltj7o3yfmgzatjvvrgru', '["26f91b5c079f0ac1", "6267c4b255b8c3f8", "bd6c2da996837ee8"]'),
	(15, 'hafen.example', 'af6pbk2fnpntxqlk4we5tse5gu', '["0fa470fa8f390338", "5496f4f21ce2b16f", "d89bb9ff01fd9d69"]'),
	(16, 'rook.example', 'zmambktuomph4penee62v5lnza', '["1ad47010dceb8808", "80b4bae5a91feeab", "9cb8a1ca020a3922"]'),
	(17, 'moulin.example', 'y2zru7wgqu6cuyhphu4vqg25kb', '["1a33cf83faeda1a6", "a992fb34459c5126", "ab7eb56cae985b15"]'),
	(18, 'gazette.example', '7c5a3xoloqhiy2s6kjhbpqv2vu', '["5fe5c578fede07b4", "65594972dc6ecd07", "9ad48d23e988652d"]'),
	(19, 'ferry.example', 'pxvjq4tagjcsb2yv5lluvuhp3l', '["1625811d9a2ad366", "89c0510e2ad7a4da", "f3cc0b1a9681d20a"]'),
	(20, 'almanac.example', 'ftrrql6nb6o276vsqkycngy6gm', '["54e77f976654fdfc", "5d30cd4216ae52f2", "74510c79fe1b0a01"]'),
	(21, 'parish.example', 'osihana5gxjfbzq56l2ypuj2ay', '["2e907074876a7897", "390d1dbdaa931cef", "c1a125236d894454"]'),
	(23, 'wave.example', 'jjri22xne2rea5e4b65uevj52d', '["5bf0db5a53087514", "64e13ae6b53966f5", "7a6fe5e779832c7a"]'),
	(24, 'lamp.example', 'q3rpx5t6zwx3udwl5peiikzn6f', '["30a3b84ad93a5d96", "35bb922ca7fb6851", "f27bea3e78939498"]'),
	(25, 'loft.example', 'pcjok5qenjfrghieivaazu2xiq', '["254fc4286f68134d", "5afc2cffeeea0a9c", "6c420d9782195f66", "9e2abad70ac047f1"]'),
	(26, 'quay.example', 'hfzmbzv6aqcfm5us4juahqyh4i', '["3ff746fe56218024", "8b611b1482b4d136", "ce22df8fb43727b5"]'),
	(27, 'wire.example', 'g57dhcprob4fcjybf4iqqdnqvn', '["0d81bc7bafbc72c7", "656f1340a0f3d1b5", "9e62d7f31c891184"]'),
	(28, 'minato.example', 'figlx75bael7z5r6ostijdanks', '["06dddd273f395c3e", "f2e3fef0ab0d4209", "f8ebfe15e25d1e6b"]'),
	(29, 'ferry.example', 'z6zkibpdwilehzguccokotnbfz', '["1118635208a8295d", "e08d1b0514fed2a4", "f1b08a99dab61d16"]'),
	(30, 'hafen.example', 'kcv2xseie6culg5m2xsmxfzwkk', '["7e59b3e91ab420fa", "9cdfcf779bca3839", "f31a4a96eaf3a907", "f5dd44675c2662fe"]'),
	(31, 'loft.example', 'tnvpuyqowklusfwwo25v3x4rfc', '["17b1724cf93fffb8", "919fbaf0547e73d2", "c3a2d9ec072c0c1c"]'),
	(32, 'moulin.example', 'tqjxb47vrzzyltigctm3m33if7', '["311f0971408fe796", "3377c24a467b55cd", "f41e6446d0bc2608"]'),
	(33, 'gazette.example', 'fbsbyw7le4a37furwljzeeyrbh', '["9f77acea078ac9ce", "c68a017f00b3edf8", "d311e526a5789cb0"]'),
	(35, 'lamp.example', '5v6c5t6q3m3vui2kny6yrszy64', '["122ebdfaae4f7eab", "3de8b7dac91f385a", "f61c61eadbe27d96"]'),
	(37, 'ferry.example', 'onw34yow4rxr5xtxgggmr5wekn', '["21f7d1511baba90d", "2783fbfe33140ac4", "cb2e771ec15c4ae4", "dccb010bce3ff1b8"]'),
	(38, 'quay.example', 'kang6obqgd4ano5nhecodealyh', '["1803a5bb79a3d3a5", "562e87717b543240", "b4b8329e0ba6bb72", "f00f82c5af8b3ddd"]'),
	(39, 'solo.example', 'shpeswkb3woeojcpkluda4lahy', '["1a0004cd26e4f727", "1c37b33cba033375", "c68ef89dae7f3600"]'),
	(40, 'almanac.example', '63acmnaimw7z3cfqtrsgks7iyg', '["3c5b8cd9d7a85775", "686a86eb603ac838", "eee50e7a68c7332f"]'),
	(41, 'wave.example', '5dxckslv7ywqpxydgiacucre6s', '["46e3be664568e7df", "52f8724ccbf476ad", "63963ed20fd111f0"]'),
	(42, 'pier.example', '7ylpg6iqlddqnhdg6rijscvhn6', '["1b4b2c14e09e5ffe", "38409ad8cb44876b", "417f2d97a7df87e8"]'),
	(43, 'loft.example', 'ekrbamfe2kemb3w43u3rwpbv7v', '["265edd85e3e4f34c", "38409ad8cb44876b", "42cf7e231c9a7306"]'),
	(44, 'ferry.example', '7secf5juclkobre2lmsqd6oukj', '["a7571f2b78066774", "b0b50144b3dd3fb4", "f04743fe4502573d"]'),
	(45, 'hafen.example', 'qr6oeytjihvs67sc4rm4e4x62y', '["22f3badf78bf1fc3", "9c91f96908daece4", "a04ad99c1fa3c133"]'),
	(46, 'quay.example', '7luwat7erbxsxqiywnfxym6v3u', '["17c1e92e5f403061", "274e8ea2970b467e", "4fda9f0dd99ba25e"]'),
	(48, 'parish.example', 'gevispsxpxhamulw5kxlzztoxm', '["4f48de648e048ab0", "bd6816712867604a", "c3e024cc49f410d5"]'),
	(49, 'lamp.example', 'eww2cy7kbz2kcbzrjx6fcs6crj', '["445e79b4b62d0932", "f044ef2eab09d2c6", "fcde0275b00dc503", "fe35b35fa90fb20a"]'),
	(50, 'loft.example', 'actjqtjicxpbmtjaa5ffgv2cwj', '["a31077239dbba188", "c198ecfcb64664ab", "c6cfce767e7a4eaa"]'),
	(51, 'gazette.example', 'fajsyaoghqc2weicyogfucktej', '["4f4c04d4b61f6433", "9bf7d69e35a5ff32", "a001f922ae4683eb"]'),
	(52, 'minato.example', 'uzbwyx6yytrq5lco3dwlapavyd', '["3785e173218c434f", "8361ba8cceb8f78b", "92f1984b8a152841"]'),
	(53, 'ferry.example', 'rj4ekdirndekojqtbbreuu5byw', '["1b4859eb04a244a0", "63902839c665d485", "f9b53e143ddefe16"]'),
	(54, 'moulin.example', 'yvdjrusnua246mvsilf2uzfwrr', '["167e962999bec98a", "69de3001106412f4", "e41bab0db561d8ac"]'),
	(55, 'loft.example', 'sujaficsylnqwq33vix6bjil7w', '["00ee13ce77483047", "14c6365f957c2a48", "372c2ab857dff2e3"]'),
	(56, 'wire.example', 'lnxugnysoos65bituoxuxnrvjk', '["51fb02c28676ebb8", "65012278ae461752", "fc0af9ad9a091333"]'),
	(57, 'quay.example', 'fgjh4qxvcm3rn27ls6ru2e5xpy', '["939d0c666c9ca9ae", "963885149dfa80c6", "9851d37b6f862890"]'),
	(58, 'lamp.example', 'lu2icekubncuquds3fdtgllz2s', '["1cf06bfc2d822451", "bc3714202b63e0ec", "dc2b943e89427534"]'),
	(59, 'wave.example', 'opx7wsww7i6eruciqhahxukmm6', '["9b1aa59f8272466b", "c820fe369574736b", "dedb1d6aa028887f"]'),
	(60, 'ferry.example', 'xorqnv6c4655vojmotua6g4rcy', '["2992a0b3e402de9b", "90d1fc46a7f6303a", "efc12278344db013"]'),
	(61, 'loft.example', '2lszkzrgv53gb2sqfjg3hubo5m', '["72ff4ddd015ca79f", "815dd327c7f98c03", "8aaf8b90154811c9"]'),
	(62, 'almanac.example', 'vokwpued7kepka63scar5slqq2', '["49e3e4ce79576d97", "b00be96fe4cff1d7", "d9b4b56b1fbb1bd7"]'),
	(63, 'quay.example', 'zrk72rjoceea24paz3fs3jato7', '["033a9f29a4066222", "39c267c307c24681", "8d7f48b095e57502", "d4bdabe83c6b5d5e"]'),
	(64, 'lamp.example', 'z56rhyzejok5ufyms25xv23c4e', '["1bdf020cacdc5a54", "9f7b07b00e2ae3be", "beeea53629127354"]'),
	(65, 'parish.example', 'l7thpiuva5xnomgnt2fbcwqrqh', '["32d2f113f05eb018", "8087dad3a07e6c02", "945db3ae5c5de7da"]'),
	(66, 'gazette.example', 'a2n7xgptk5pbt5c6z73av2ryrt', '["736943121b859874", "c315a9f4ee7a60b5", "f0812dc751d1abcb"]'),
	(67, 'loft.example', 'e3vttxkcesataay7gel2e6fzrh', '["2a1c292470ad1754", "ba0cb61b296a92ee", "d31b3b1b78c887bb"]'),
	(68, 'hafen.example', 'hm3zvame26vv52fu3nuezgnzuo', '["110b8f7bd2d5b5a3", "1b960b48e53e666c", "4afe9b05224f121e"]'),
	(69, 'minato.example', 'pvkbdntmad627b3ddm6jzgrv7w', '["19fede562c928b06", "7f4ce15a9f587594", "837fe296730b8616"]'),
	(70, 'ferry.example', 'lbo3wh2yvybmrqi5ogq6ikco5k', '["3f1cca9f5ebc5706", "88194f9b8b4c623f", "b831cc4a42a634e4", "cdf849cbe1596f26"]'),
	(71, 'lamp.example', 'ty3a77ck5vb4r4yabxz6ubbng2', '["24601ed7046b8f49", "34b83810310b921d", "34f062909b524a3b"]');


--
-- Data for Name: carriers; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.carriers VALUES
	('ekrbamfe2kemb3w43u3rwpbv7v', 'digest'),
	('fajsyaoghqc2weicyogfucktej', 'digest'),
	('kcv2xseie6culg5m2xsmxfzwkk', 'digest'),
	('rj4ekdirndekojqtbbreuu5byw', 'digest'),
	('uzbwyx6yytrq5lco3dwlapavyd', 'digest'),
	('z6zkibpdwilehzguccokotnbfz', 'digest');


--
-- Data for Name: entries; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.entries VALUES
	('kiln', 'http://kiln.example/handbook', 'done', NULL, 1772452800000000, 'racgp7okxthadkbvhmjyr6h6ny', '{"source_key":"kiln","entry_id":"http://kiln.example/handbook","url":"http://kiln.example/handbook","digest":"a1f5beedb8eb95d2efa379967b35f248","status":"done","first_seen":"2026-03-02T12:00:00+00:00","article_id":"racgp7okxthadkbvhmjyr6h6ny","read_at":"2026-03-02T12:00:00+00:00"}'),
	('rook', 'rook-0', 'done', NULL, 1772452800000000, '6trdl4hcohvtgypltmfxyk7pvb', '{"source_key":"rook","entry_id":"rook-0","url":"http://rook.example/stories/0","digest":"dc986ff57f5e82b7b9eea42f5989a4d4","status":"done","first_seen":"2026-03-02T12:00:00+00:00","article_id":"6trdl4hcohvtgypltmfxyk7pvb","read_at":"2026-03-02T12:00:00+00:00"}'),
	('wave', 'wave-0', 'done', NULL, 1772452800000000, 'lh2mvxcrgubt2iallkrafljjys', '{"source_key":"wave","entry_id":"wave-0","url":"http://wave.example/stories/0","digest":"e2b1b46ffb78a7728a545056b8647a50","status":"done","first_seen":"2026-03-02T12:00:00+00:00","article_id":"lh2mvxcrgubt2iallkrafljjys","read_at":"2026-03-02T12:00:00+00:00"}'),
	('wave', 'wave-1', 'done', NULL, 1772452800000000, 'qvatklezv5d2btrzi7ngiogvlk', '{"source_key":"wave","entry_id":"wave-1","url":"http://wave.example/stories/1","digest":"1054bf6123bb5b8816147ac7929f14f1","status":"done","first_seen":"2026-03-02T12:00:00+00:00","article_id":"qvatklezv5d2btrzi7ngiogvlk","read_at":"2026-03-02T12:00:00+00:00"}'),
	('wave', 'wave-2', 'done', NULL, 1772452800000000, 'gklnugmpmta2gk3olbhwuml6si', '{"source_key":"wave","entry_id":"wave-2","url":"http://wave.example/stories/2","digest":"16e801f6d8cb97445e30597749af5913","status":"done","first_seen":"2026-03-02T12:00:00+00:00","article_id":"gklnugmpmta2gk3olbhwuml6si","read_at":"2026-03-02T12:00:00+00:00"}'),
	('almanac', 'http://almanac.example/stories/0', 'done', NULL, 1772452800000000, '7v4nbcgwajtfvx2qhnlnhukxdv', '{"source_key":"almanac","entry_id":"http://almanac.example/stories/0","url":"http://almanac.example/stories/0","digest":"fda94a3a283821b0963442dd108d61da","status":"done","first_seen":"2026-03-02T12:00:00+00:00","article_id":"7v4nbcgwajtfvx2qhnlnhukxdv","read_at":"2026-03-02T12:00:00+00:00"}'),
	('almanac', 'http://almanac.example/stories/1', 'done', NULL, 1772452800000000, 'qg2yzogdogmex6tgdz6zcmfy37', '{"source_key":"almanac","entry_id":"http://almanac.example/stories/1","url":"http://almanac.example/stories/1","digest":"f0d0c5ecda567e2da65ee3995b58ac6e","status":"done","first_seen":"2026-03-02T12:00:00+00:00","article_id":"qg2yzogdogmex6tgdz6zcmfy37","read_at":"2026-03-02T12:00:00+00:00"}'),
	('almanac', 'http://almanac.example/stories/2', 'done', NULL, 1772452800000000, 'sqojtc75uzwxrn4swmsmmwm4je', '{"source_key":"almanac","entry_id":"http://almanac.example/stories/2","url":"http://almanac.example/stories/2","digest":"0952a0dc3f6f67cf686b0c8afcb3aca4","status":"done","first_seen":"2026-03-02T12:00:00+00:00","article_id":"sqojtc75uzwxrn4swmsmmwm4je","read_at":"2026-03-02T12:00:00+00:00"}'),
	('almanac', 'http://almanac.example/stories/3', 'done', NULL, 1772452800000000, 'eaxosia56ciyiqjs3bededenza', '{"source_key":"almanac","entry_id":"http://almanac.example/stories/3","url":"http://almanac.example/stories/3","digest":"c05ce39035810adfd6fe6bedf11e151b","status":"done","first_seen":"2026-03-02T12:00:00+00:00","article_id":"eaxosia56ciyiqjs3bededenza","read_at":"2026-03-02T12:00:00+00:00"}'),
	('ferry', 'ferry-0', 'done', NULL, 1772452800000000, 'ze73z3syrhrdoyiol3wfpgxllx', '{"source_key":"ferry","entry_id":"ferry-0","url":"http://ferry.example/stories/0","digest":"aedd071a91778d0c3b36dd4b733f6643","status":"done","first_seen":"2026-03-02T12:00:00+00:00","article_id":"ze73z3syrhrdoyiol3wfpgxllx","read_at":"2026-03-02T12:00:00+00:00"}'),
	('lamp', 'lamp-0', 'done', NULL, 1772625600000000, 'jnkez2sv5d2qhbdicvr3p3npwv', '{"source_key":"lamp","entry_id":"lamp-0","url":"http://lamp.example/stories/0","digest":"e8026dcc027538611c9bfe0f782a960a","status":"done","first_seen":"2026-03-04T12:00:00+00:00","article_id":"jnkez2sv5d2qhbdicvr3p3npwv","read_at":"2026-03-04T12:00:00+00:00"}'),
	('loft', 'tag:loft-0', 'done', NULL, 1772625600000000, 'actjqtjicxpbmtjaa5ffgv2cwj', '{"source_key":"loft","entry_id":"tag:loft-0","url":"http://loft.example/stories/0","digest":"2df28cb333b0ac31759ac7fcd160e6ea","status":"done","first_seen":"2026-03-04T12:00:00+00:00","article_id":"actjqtjicxpbmtjaa5ffgv2cwj","read_at":"2026-03-04T12:00:00+00:00"}'),
	('quay', 'quay-0', 'done', NULL, 1772798400000000, 'pofnig4t5u4peowtknsr7hcwzk', '{"source_key":"quay","entry_id":"quay-0","url":"http://quay.example/stories/0","digest":"d1e02bc5309c1b5fad11890468939a00","status":"done","first_seen":"2026-03-06T12:00:00+00:00","article_id":"pofnig4t5u4peowtknsr7hcwzk","read_at":"2026-03-06T12:00:00+00:00"}'),
	('hafen', 'hafen-0', 'done', NULL, 1772971200000000, 'af6pbk2fnpntxqlk4we5tse5gu', '{"source_key":"hafen","entry_id":"hafen-0","url":"http://hafen.example/stories/0","digest":"61938d2d6669c7bc328e5aecbf655b63","status":"done","first_seen":"2026-03-08T12:00:00+00:00","article_id":"af6pbk2fnpntxqlk4we5tse5gu","read_at":"2026-03-08T12:00:00+00:00"}'),
	('minato', 'minato-0', 'done', NULL, 1772971200000000, 'nggytyltj7o3yfmgzatjvvrgru', '{"source_key":"minato","entry_id":"minato-0","url":"http://minato.example/stories/0","digest":"cdee6e591443d4bd1366fe61d5f49140","status":"done","first_seen":"2026-03-08T12:00:00+00:00","article_id":"nggytyltj7o3yfmgzatjvvrgru","read_at":"2026-03-08T12:00:00+00:00"}'),
	('rook', 'rook-1', 'done', NULL, 1772971200000000, 'zmambktuomph4penee62v5lnza', '{"source_key":"rook","entry_id":"rook-1","url":"http://rook.example/stories/1","digest":"c5450812f7cd9d12bc24cfb20c5db978","status":"done","first_seen":"2026-03-08T12:00:00+00:00","article_id":"zmambktuomph4penee62v5lnza","read_at":"2026-03-08T12:00:00+00:00"}'),
	('gazette', 'gazette-0', 'done', NULL, 1773144000000000, '7c5a3xoloqhiy2s6kjhbpqv2vu', '{"source_key":"gazette","entry_id":"gazette-0","url":"http://gazette.example/stories/0","digest":"3a909d7a6ec8678d95a0735ed92cb736","status":"done","first_seen":"2026-03-10T12:00:00+00:00","article_id":"7c5a3xoloqhiy2s6kjhbpqv2vu","read_at":"2026-03-10T12:00:00+00:00"}'),
	('moulin', 'tag:moulin-0', 'done', NULL, 1773144000000000, 'y2zru7wgqu6cuyhphu4vqg25kb', '{"source_key":"moulin","entry_id":"tag:moulin-0","url":"http://moulin.example/stories/0","digest":"7fc8ce925a5a343e85fd2c48afe24912","status":"done","first_seen":"2026-03-10T12:00:00+00:00","article_id":"y2zru7wgqu6cuyhphu4vqg25kb","read_at":"2026-03-10T12:00:00+00:00"}'),
	('ferry', 'ferry-1', 'done', NULL, 1773316800000000, 'pxvjq4tagjcsb2yv5lluvuhp3l', '{"source_key":"ferry","entry_id":"ferry-1","url":"http://go.example/20","digest":"59efc70d6c9600fb1fd0e94db0aa8b60","status":"done","first_seen":"2026-03-12T12:00:00+00:00","article_id":"pxvjq4tagjcsb2yv5lluvuhp3l","read_at":"2026-03-12T12:00:00+00:00"}'),
	('almanac', 'http://almanac.example/stories/4', 'done', NULL, 1773316800000000, 'ftrrql6nb6o276vsqkycngy6gm', '{"source_key":"almanac","entry_id":"http://almanac.example/stories/4","url":"http://almanac.example/stories/4","digest":"94842970a2ef47f2e4271dbccaf147f0","status":"done","first_seen":"2026-03-12T12:00:00+00:00","article_id":"ftrrql6nb6o276vsqkycngy6gm","read_at":"2026-03-12T12:00:00+00:00"}'),
	('parish', 'parish-0', 'done', NULL, 1773489600000000, 'osihana5gxjfbzq56l2ypuj2ay', '{"source_key":"parish","entry_id":"parish-0","url":"http://parish.example/stories/0","digest":"839bea3c4a8d353c216f8812718e8977","status":"done","first_seen":"2026-03-14T12:00:00+00:00","article_id":"osihana5gxjfbzq56l2ypuj2ay","read_at":"2026-03-14T12:00:00+00:00"}'),
	('loft', 'tag:loft-1', 'done', NULL, 1773662400000000, 'pcjok5qenjfrghieivaazu2xiq', '{"source_key":"loft","entry_id":"tag:loft-1","url":"http://loft.example/stories/1","digest":"1d8e77d4472d95ed13d875f7dd2b78b9","status":"done","first_seen":"2026-03-16T12:00:00+00:00","article_id":"pcjok5qenjfrghieivaazu2xiq","read_at":"2026-03-18T12:00:00+00:00"}'),
	('wave', 'wave-3', 'done', NULL, 1773662400000000, 'jjri22xne2rea5e4b65uevj52d', '{"source_key":"wave","entry_id":"wave-3","url":"http://wave.example/stories/3","digest":"8441b8f938197f9187d037f842d400ef","status":"done","first_seen":"2026-03-16T12:00:00+00:00","article_id":"jjri22xne2rea5e4b65uevj52d","read_at":"2026-03-16T12:00:00+00:00"}'),
	('lamp', 'lamp-1', 'done', NULL, 1773835200000000, 'q3rpx5t6zwx3udwl5peiikzn6f', '{"source_key":"lamp","entry_id":"lamp-1","url":"http://lamp.example/stories/1","digest":"a24fbd9a9f1dfe601dc5e521c0a0461d","status":"done","first_seen":"2026-03-18T12:00:00+00:00","article_id":"q3rpx5t6zwx3udwl5peiikzn6f","read_at":"2026-03-18T12:00:00+00:00"}'),
	('quay', 'quay-1', 'done', NULL, 1773835200000000, 'hfzmbzv6aqcfm5us4juahqyh4i', '{"source_key":"quay","entry_id":"quay-1","url":"http://quay.example/stories/1","digest":"b8bf3b5c244189170336b865f7497fee","status":"done","first_seen":"2026-03-18T12:00:00+00:00","article_id":"hfzmbzv6aqcfm5us4juahqyh4i","read_at":"2026-03-18T12:00:00+00:00"}'),
	('wire', 'wire-0', 'done', NULL, 1773835200000000, 'g57dhcprob4fcjybf4iqqdnqvn', '{"source_key":"wire","entry_id":"wire-0","url":"http://wire.example/stories/0","digest":"1fdb2e19bae7c04a5b97afac3e2564bf","status":"done","first_seen":"2026-03-18T12:00:00+00:00","article_id":"g57dhcprob4fcjybf4iqqdnqvn","read_at":"2026-03-18T12:00:00+00:00"}'),
	('digest', 'ferry-2', 'done', NULL, 1774180800000000, 'z6zkibpdwilehzguccokotnbfz', '{"source_key":"digest","entry_id":"ferry-2","url":"http://ferry.example/stories/2","digest":"a7d3605eebf426137142a754fb3b688a","status":"done","first_seen":"2026-03-22T12:00:00+00:00","article_id":"z6zkibpdwilehzguccokotnbfz","read_at":"2026-03-22T12:00:00+00:00"}'),
	('minato', 'minato-1', 'done', NULL, 1774180800000000, 'figlx75bael7z5r6ostijdanks', '{"source_key":"minato","entry_id":"minato-1","url":"http://minato.example/stories/1","digest":"68842e724a30285acb605632dd848897","status":"done","first_seen":"2026-03-22T12:00:00+00:00","article_id":"figlx75bael7z5r6ostijdanks","read_at":"2026-03-22T12:00:00+00:00"}'),
	('ferry', 'ferry-2', 'done', NULL, 1774180800000000, 'z6zkibpdwilehzguccokotnbfz', '{"source_key":"ferry","entry_id":"ferry-2","url":"http://ferry.example/stories/2","digest":"a7d3605eebf426137142a754fb3b688a","status":"done","first_seen":"2026-03-22T12:00:00+00:00","article_id":"z6zkibpdwilehzguccokotnbfz","read_at":"2026-03-22T12:00:00+00:00"}'),
	('digest', 'hafen-1', 'done', NULL, 1774526400000000, 'kcv2xseie6culg5m2xsmxfzwkk', '{"source_key":"digest","entry_id":"hafen-1","url":"http://hafen.example/stories/1","digest":"824247b022b06515e99b6421f2934f5f","status":"done","first_seen":"2026-03-26T12:00:00+00:00","article_id":"kcv2xseie6culg5m2xsmxfzwkk","read_at":"2026-03-28T12:00:00+00:00"}'),
	('hafen', 'hafen-1', 'done', NULL, 1774526400000000, 'kcv2xseie6culg5m2xsmxfzwkk', '{"source_key":"hafen","entry_id":"hafen-1","url":"http://hafen.example/stories/1","digest":"824247b022b06515e99b6421f2934f5f","status":"done","first_seen":"2026-03-26T12:00:00+00:00","article_id":"kcv2xseie6culg5m2xsmxfzwkk","read_at":"2026-03-28T12:00:00+00:00"}'),
	('loft', 'tag:loft-2', 'done', NULL, 1774699200000000, 'tnvpuyqowklusfwwo25v3x4rfc', '{"source_key":"loft","entry_id":"tag:loft-2","url":"http://loft.example/stories/2","digest":"8f14076c58f64027404b6b1b5981eb2c","status":"done","first_seen":"2026-03-28T12:00:00+00:00","article_id":"tnvpuyqowklusfwwo25v3x4rfc","read_at":"2026-03-28T12:00:00+00:00"}'),
	('moulin', 'tag:moulin-1', 'done', NULL, 1774699200000000, 'tqjxb47vrzzyltigctm3m33if7', '{"source_key":"moulin","entry_id":"tag:moulin-1","url":"http://moulin.example/stories/1","digest":"fffdd3a93840e0279ec6eb16b1eae6a7","status":"done","first_seen":"2026-03-28T12:00:00+00:00","article_id":"tqjxb47vrzzyltigctm3m33if7","read_at":"2026-03-28T12:00:00+00:00"}'),
	('gazette', 'gazette-1', 'done', NULL, 1774872000000000, 'fbsbyw7le4a37furwljzeeyrbh', '{"source_key":"gazette","entry_id":"gazette-1","url":"http://gazette.example/stories/1","digest":"9e94bc770c23d44841640be50f7404c1","status":"done","first_seen":"2026-03-30T12:00:00+00:00","article_id":"fbsbyw7le4a37furwljzeeyrbh","read_at":"2026-03-30T12:00:00+00:00"}'),
	('lamp', 'lamp-2', 'done', NULL, 1775044800000000, '5v6c5t6q3m3vui2kny6yrszy64', '{"source_key":"lamp","entry_id":"lamp-2","url":"http://lamp.example/stories/2","digest":"f007b51b3c9f67e68374c81c34939851","status":"done","first_seen":"2026-04-01T12:00:00+00:00","article_id":"5v6c5t6q3m3vui2kny6yrszy64","read_at":"2026-04-01T12:00:00+00:00"}'),
	('quay', 'quay-2', 'done', NULL, 1775044800000000, 'kang6obqgd4ano5nhecodealyh', '{"source_key":"quay","entry_id":"quay-2","url":"http://quay.example/stories/2","digest":"a0bfe43f574c8f3481721e713e0a7bcc","status":"done","first_seen":"2026-04-01T12:00:00+00:00","article_id":"kang6obqgd4ano5nhecodealyh","read_at":"2026-04-03T12:00:00+00:00"}'),
	('ferry', 'ferry-3', 'done', NULL, 1775044800000000, 'onw34yow4rxr5xtxgggmr5wekn', '{"source_key":"ferry","entry_id":"ferry-3","url":"http://ferry.example/stories/3","digest":"979a2ceab7822b47d236fb81dcf9ceec","status":"done","first_seen":"2026-04-01T12:00:00+00:00","article_id":"onw34yow4rxr5xtxgggmr5wekn","read_at":"2026-04-03T12:00:00+00:00"}'),
	('digest', 'solo-0', 'done', NULL, 1775217600000000, 'shpeswkb3woeojcpkluda4lahy', '{"source_key":"digest","entry_id":"solo-0","url":"http://solo.example/stories/0","digest":"2491e0a8cf8f02f0b148138513b361b5","status":"done","first_seen":"2026-04-03T12:00:00+00:00","article_id":"shpeswkb3woeojcpkluda4lahy","read_at":"2026-04-03T12:00:00+00:00"}'),
	('almanac', 'http://almanac.example/stories/5', 'done', NULL, 1775390400000000, '63acmnaimw7z3cfqtrsgks7iyg', '{"source_key":"almanac","entry_id":"http://almanac.example/stories/5","url":"http://almanac.example/stories/5","digest":"96bf6d7ab51bd6117fda1f7a2f2a7845","status":"done","first_seen":"2026-04-05T12:00:00+00:00","article_id":"63acmnaimw7z3cfqtrsgks7iyg","read_at":"2026-04-05T12:00:00+00:00"}'),
	('wave', 'wave-4', 'done', NULL, 1775563200000000, '5dxckslv7ywqpxydgiacucre6s', '{"source_key":"wave","entry_id":"wave-4","url":"http://wave.example/stories/4","digest":"22de43c5b48b0599253de14f8534d0af","status":"done","first_seen":"2026-04-07T12:00:00+00:00","article_id":"5dxckslv7ywqpxydgiacucre6s","read_at":"2026-04-07T12:00:00+00:00"}'),
	('digest', 'loft-3', 'done', NULL, 1775736000000000, 'ekrbamfe2kemb3w43u3rwpbv7v', '{"source_key":"digest","entry_id":"loft-3","url":"http://loft.example/stories/3","digest":"6f8e2ed30aa990348403037be5e7b2cd","status":"done","first_seen":"2026-04-09T12:00:00+00:00","article_id":"ekrbamfe2kemb3w43u3rwpbv7v","read_at":"2026-04-09T12:00:00+00:00"}'),
	('loft', 'tag:loft-3', 'done', NULL, 1775736000000000, 'ekrbamfe2kemb3w43u3rwpbv7v', '{"source_key":"loft","entry_id":"tag:loft-3","url":"http://loft.example/stories/3","digest":"1a607d195072fa67d7ce9e2a15a56025","status":"done","first_seen":"2026-04-09T12:00:00+00:00","article_id":"ekrbamfe2kemb3w43u3rwpbv7v","read_at":"2026-04-09T12:00:00+00:00"}'),
	('ferry', 'ferry-4', 'done', NULL, 1775908800000000, '7secf5juclkobre2lmsqd6oukj', '{"source_key":"ferry","entry_id":"ferry-4","url":"http://ferry.example/stories/4","digest":"29b5c9d23b607b03683a8cf2ae73119c","status":"done","first_seen":"2026-04-11T12:00:00+00:00","article_id":"7secf5juclkobre2lmsqd6oukj","read_at":"2026-04-11T12:00:00+00:00"}'),
	('hafen', 'hafen-2', 'done', NULL, 1776081600000000, 'qr6oeytjihvs67sc4rm4e4x62y', '{"source_key":"hafen","entry_id":"hafen-2","url":"http://hafen.example/stories/2","digest":"c53eda7057dc275c0fb14fbfd7faea84","status":"done","first_seen":"2026-04-13T12:00:00+00:00","article_id":"qr6oeytjihvs67sc4rm4e4x62y","read_at":"2026-04-13T12:00:00+00:00"}'),
	('quay', 'quay-3', 'done', NULL, 1776081600000000, '7luwat7erbxsxqiywnfxym6v3u', '{"source_key":"quay","entry_id":"quay-3","url":"http://quay.example/stories/3","digest":"d5a1b742c03c95b48aba9de64e0634e2","status":"done","first_seen":"2026-04-13T12:00:00+00:00","article_id":"7luwat7erbxsxqiywnfxym6v3u","read_at":"2026-04-13T12:00:00+00:00"}'),
	('lamp', 'lamp-3', 'done', NULL, 1776254400000000, 'eww2cy7kbz2kcbzrjx6fcs6crj', '{"source_key":"lamp","entry_id":"lamp-3","url":"http://lamp.example/stories/3","digest":"5defbca3999956ecef6c15b8cb4556bf","status":"done","first_seen":"2026-04-15T12:00:00+00:00","article_id":"eww2cy7kbz2kcbzrjx6fcs6crj","read_at":"2026-04-17T12:00:00+00:00"}'),
	('parish', 'parish-1', 'done', NULL, 1776254400000000, 'gevispsxpxhamulw5kxlzztoxm', '{"source_key":"parish","entry_id":"parish-1","url":"http://parish.example/stories/1","digest":"fc38361dca4e733bcd850f393ca63efa","status":"done","first_seen":"2026-04-15T12:00:00+00:00","article_id":"gevispsxpxhamulw5kxlzztoxm","read_at":"2026-04-15T12:00:00+00:00"}'),
	('gazette', 'gazette-2', 'done', NULL, 1776427200000000, 'fajsyaoghqc2weicyogfucktej', '{"source_key":"gazette","entry_id":"gazette-2","url":"http://gazette.example/stories/2","digest":"28f39adb0fd3a22225666c2ba88dc039","status":"done","first_seen":"2026-04-17T12:00:00+00:00","article_id":"fajsyaoghqc2weicyogfucktej","read_at":"2026-04-17T12:00:00+00:00"}'),
	('loft', 'tag:new-loft-0', 'done', NULL, 1776427200000000, 'actjqtjicxpbmtjaa5ffgv2cwj', '{"source_key":"loft","entry_id":"tag:new-loft-0","url":"http://loft.example/stories/0","digest":"2df28cb333b0ac31759ac7fcd160e6ea","status":"done","first_seen":"2026-04-17T12:00:00+00:00","article_id":"actjqtjicxpbmtjaa5ffgv2cwj","read_at":"2026-04-17T12:00:00+00:00"}'),
	('loft', 'tag:new-loft-1', 'done', NULL, 1776427200000000, 'pcjok5qenjfrghieivaazu2xiq', '{"source_key":"loft","entry_id":"tag:new-loft-1","url":"http://loft.example/stories/1","digest":"1d8e77d4472d95ed13d875f7dd2b78b9","status":"done","first_seen":"2026-04-17T12:00:00+00:00","article_id":"pcjok5qenjfrghieivaazu2xiq","read_at":"2026-04-17T12:00:00+00:00"}'),
	('loft', 'tag:new-loft-2', 'done', NULL, 1776427200000000, 'tnvpuyqowklusfwwo25v3x4rfc', '{"source_key":"loft","entry_id":"tag:new-loft-2","url":"http://loft.example/stories/2","digest":"8f14076c58f64027404b6b1b5981eb2c","status":"done","first_seen":"2026-04-17T12:00:00+00:00","article_id":"tnvpuyqowklusfwwo25v3x4rfc","read_at":"2026-04-17T12:00:00+00:00"}'),
	('loft', 'tag:new-loft-3', 'done', NULL, 1776427200000000, 'ekrbamfe2kemb3w43u3rwpbv7v', '{"source_key":"loft","entry_id":"tag:new-loft-3","url":"http://loft.example/stories/3","digest":"1a607d195072fa67d7ce9e2a15a56025","status":"done","first_seen":"2026-04-17T12:00:00+00:00","article_id":"ekrbamfe2kemb3w43u3rwpbv7v","read_at":"2026-04-17T12:00:00+00:00"}'),
	('digest', 'gazette-2', 'done', NULL, 1776427200000000, 'fajsyaoghqc2weicyogfucktej', '{"source_key":"digest","entry_id":"gazette-2","url":"http://gazette.example/stories/2","digest":"28f39adb0fd3a22225666c2ba88dc039","status":"done","first_seen":"2026-04-17T12:00:00+00:00","article_id":"fajsyaoghqc2weicyogfucktej","read_at":"2026-04-17T12:00:00+00:00"}'),
	('digest', 'new-loft-3', 'done', NULL, 1776427200000000, 'ekrbamfe2kemb3w43u3rwpbv7v', '{"source_key":"digest","entry_id":"new-loft-3","url":"http://loft.example/stories/3","digest":"6f8e2ed30aa990348403037be5e7b2cd","status":"done","first_seen":"2026-04-17T12:00:00+00:00","article_id":"ekrbamfe2kemb3w43u3rwpbv7v","read_at":"2026-04-17T12:00:00+00:00"}'),
	('digest', 'minato-2', 'done', NULL, 1776600000000000, 'uzbwyx6yytrq5lco3dwlapavyd', '{"source_key":"digest","entry_id":"minato-2","url":"http://minato.example/stories/2","digest":"b30d4388390de1937e9e2086bfd5c44e","status":"done","first_seen":"2026-04-19T12:00:00+00:00","article_id":"uzbwyx6yytrq5lco3dwlapavyd","read_at":"2026-04-19T12:00:00+00:00"}'),
	('minato', 'minato-2', 'done', NULL, 1776600000000000, 'uzbwyx6yytrq5lco3dwlapavyd', '{"source_key":"minato","entry_id":"minato-2","url":"http://minato.example/stories/2","digest":"b30d4388390de1937e9e2086bfd5c44e","status":"done","first_seen":"2026-04-19T12:00:00+00:00","article_id":"uzbwyx6yytrq5lco3dwlapavyd","read_at":"2026-04-19T12:00:00+00:00"}'),
	('digest', 'ferry-5', 'done', NULL, 1776772800000000, 'rj4ekdirndekojqtbbreuu5byw', '{"source_key":"digest","entry_id":"ferry-5","url":"http://ferry.example/stories/5","digest":"6fa527c3c74ce8ab84fb01d046268cfb","status":"done","first_seen":"2026-04-21T12:00:00+00:00","article_id":"rj4ekdirndekojqtbbreuu5byw","read_at":"2026-04-21T12:00:00+00:00"}'),
	('ferry', 'ferry-5', 'done', NULL, 1776772800000000, 'rj4ekdirndekojqtbbreuu5byw', '{"source_key":"ferry","entry_id":"ferry-5","url":"http://ferry.example/stories/5","digest":"6fa527c3c74ce8ab84fb01d046268cfb","status":"done","first_seen":"2026-04-21T12:00:00+00:00","article_id":"rj4ekdirndekojqtbbreuu5byw","read_at":"2026-04-21T12:00:00+00:00"}'),
	('moulin', 'tag:moulin-2', 'done', NULL, 1776772800000000, 'yvdjrusnua246mvsilf2uzfwrr', '{"source_key":"moulin","entry_id":"tag:moulin-2","url":"http://moulin.example/stories/2","digest":"0d54fdcf74c6aed2a99c866f27bc5a9b","status":"done","first_seen":"2026-04-21T12:00:00+00:00","article_id":"yvdjrusnua246mvsilf2uzfwrr","read_at":"2026-04-21T12:00:00+00:00"}'),
	('loft', 'tag:new-loft-4', 'done', NULL, 1776772800000000, 'sujaficsylnqwq33vix6bjil7w', '{"source_key":"loft","entry_id":"tag:new-loft-4","url":"http://go.example/50","digest":"6a1318be3bb320a35d02f4de2c5713f6","status":"done","first_seen":"2026-04-21T12:00:00+00:00","article_id":"sujaficsylnqwq33vix6bjil7w","read_at":"2026-04-21T12:00:00+00:00"}'),
	('wire', 'wire-1', 'done', NULL, 1777118400000000, 'lnxugnysoos65bituoxuxnrvjk', '{"source_key":"wire","entry_id":"wire-1","url":"http://wire.example/stories/1","digest":"269f1c0a557c0670e8a1560ee7613eba","status":"done","first_seen":"2026-04-25T12:00:00+00:00","article_id":"lnxugnysoos65bituoxuxnrvjk","read_at":"2026-04-25T12:00:00+00:00"}'),
	('quay', 'quay-4', 'done', NULL, 1777291200000000, 'fgjh4qxvcm3rn27ls6ru2e5xpy', '{"source_key":"quay","entry_id":"quay-4","url":"http://quay.example/stories/4","digest":"27a4cc593188b0dc45b86c1cba5ccbc7","status":"done","first_seen":"2026-04-27T12:00:00+00:00","article_id":"fgjh4qxvcm3rn27ls6ru2e5xpy","read_at":"2026-04-27T12:00:00+00:00"}'),
	('lamp', 'lamp-4', 'done', NULL, 1777464000000000, 'lu2icekubncuquds3fdtgllz2s', '{"source_key":"lamp","entry_id":"lamp-4","url":"http://lamp.example/stories/4","digest":"033e706c4739f31ea764fac78fb4dbcb","status":"done","first_seen":"2026-04-29T12:00:00+00:00","article_id":"lu2icekubncuquds3fdtgllz2s","read_at":"2026-04-29T12:00:00+00:00"}'),
	('wave', 'wave-5', 'done', NULL, 1777464000000000, 'opx7wsww7i6eruciqhahxukmm6', '{"source_key":"wave","entry_id":"wave-5","url":"http://wave.example/stories/5","digest":"0819870782463a3e5d2dfcd03eaff724","status":"done","first_seen":"2026-04-29T12:00:00+00:00","article_id":"opx7wsww7i6eruciqhahxukmm6","read_at":"2026-04-29T12:00:00+00:00"}'),
	('ferry', 'ferry-6', 'done', NULL, 1777636800000000, 'xorqnv6c4655vojmotua6g4rcy', '{"source_key":"ferry","entry_id":"ferry-6","url":"http://ferry.example/stories/6","digest":"d7ea13ae71919f7572b863152b704a89","status":"done","first_seen":"2026-05-01T12:00:00+00:00","article_id":"xorqnv6c4655vojmotua6g4rcy","read_at":"2026-05-01T12:00:00+00:00"}'),
	('loft', 'tag:new-loft-5', 'done', NULL, 1777809600000000, '2lszkzrgv53gb2sqfjg3hubo5m', '{"source_key":"loft","entry_id":"tag:new-loft-5","url":"http://loft.example/stories/5","digest":"4621cad12c5d1779cb09e36a7693af9d","status":"done","first_seen":"2026-05-03T12:00:00+00:00","article_id":"2lszkzrgv53gb2sqfjg3hubo5m","read_at":"2026-05-03T12:00:00+00:00"}'),
	('almanac', 'http://almanac.example/stories/6', 'done', NULL, 1777809600000000, 'vokwpued7kepka63scar5slqq2', '{"source_key":"almanac","entry_id":"http://almanac.example/stories/6","url":"http://almanac.example/stories/6","digest":"8c34dc2039e151c30b60cd0a44878d87","status":"done","first_seen":"2026-05-03T12:00:00+00:00","article_id":"vokwpued7kepka63scar5slqq2","read_at":"2026-05-03T12:00:00+00:00"}'),
	('quay', 'quay-5', 'done', NULL, 1778328000000000, 'zrk72rjoceea24paz3fs3jato7', '{"source_key":"quay","entry_id":"quay-5","url":"http://quay.example/archive/5","digest":"87c2ec42e7f7f569868816a0e1c9e5ae","status":"done","first_seen":"2026-05-09T12:00:00+00:00","article_id":"zrk72rjoceea24paz3fs3jato7","read_at":"2026-05-11T12:00:00+00:00"}'),
	('ferry', 'ferry-7', 'refused', NULL, 1778500800000000, NULL, '{"source_key":"ferry","entry_id":"ferry-7","url":"http://ferry.example/members/7","digest":"2fe383f840d7caf6eea94259d126ca32","status":"refused","first_seen":"2026-05-11T12:00:00+00:00","reason":"robots","detail":"robots.txt"}'),
	('lamp', 'lamp-5', 'done', NULL, 1778673600000000, 'z56rhyzejok5ufyms25xv23c4e', '{"source_key":"lamp","entry_id":"lamp-5","url":"http://lamp.example/stories/5","digest":"94c1cc130f7d59bb178f9a5c306dcd50","status":"done","first_seen":"2026-05-13T12:00:00+00:00","article_id":"z56rhyzejok5ufyms25xv23c4e","read_at":"2026-05-13T12:00:00+00:00"}'),
	('parish', 'parish-2', 'done', NULL, 1778673600000000, 'l7thpiuva5xnomgnt2fbcwqrqh', '{"source_key":"parish","entry_id":"parish-2","url":"http://parish.example/stories/2","digest":"446b9cc70df4d31b6bcb9ecb30b9182c","status":"done","first_seen":"2026-05-13T12:00:00+00:00","article_id":"l7thpiuva5xnomgnt2fbcwqrqh","read_at":"2026-05-13T12:00:00+00:00"}'),
	('gazette', 'gazette-3', 'done', NULL, 1778846400000000, 'a2n7xgptk5pbt5c6z73av2ryrt', '{"source_key":"gazette","entry_id":"gazette-3","url":"http://gazette.example/stories/3","digest":"a0372ce5ec3413c4c6bbf3b37d6f58df","status":"done","first_seen":"2026-05-15T12:00:00+00:00","article_id":"a2n7xgptk5pbt5c6z73av2ryrt","read_at":"2026-05-15T12:00:00+00:00"}'),
	('loft', 'tag:new-loft-6', 'done', NULL, 1778846400000000, 'e3vttxkcesataay7gel2e6fzrh', '{"source_key":"loft","entry_id":"tag:new-loft-6","url":"http://loft.example/stories/6","digest":"a01150b4c9bc2ea3ac305d208a5322ab","status":"done","first_seen":"2026-05-15T12:00:00+00:00","article_id":"e3vttxkcesataay7gel2e6fzrh","read_at":"2026-05-15T12:00:00+00:00"}'),
	('hafen', 'hafen-3', 'done', NULL, 1779192000000000, 'hm3zvame26vv52fu3nuezgnzuo', '{"source_key":"hafen","entry_id":"hafen-3","url":"http://hafen.example/stories/3","digest":"a005191cb3a817f8e4106992620f5c74","status":"done","first_seen":"2026-05-19T12:00:00+00:00","article_id":"hm3zvame26vv52fu3nuezgnzuo","read_at":"2026-05-19T12:00:00+00:00"}'),
	('moulin', 'tag:moulin-3', 'refused', NULL, 1779192000000000, NULL, '{"source_key":"moulin","entry_id":"tag:moulin-3","url":"http://moulin.example/stories/3","digest":"1a421b3b5af25d5802f622d39fed85c9","status":"refused","first_seen":"2026-05-19T12:00:00+00:00","reason":"paywall","detail":"0 letters of text"}'),
	('minato', 'minato-3', 'done', NULL, 1779364800000000, 'pvkbdntmad627b3ddm6jzgrv7w', '{"source_key":"minato","entry_id":"minato-3","url":"http://minato.example/stories/3","digest":"03c44158251aec78f36b5ffa4887d6e3","status":"done","first_seen":"2026-05-21T12:00:00+00:00","article_id":"pvkbdntmad627b3ddm6jzgrv7w","read_at":"2026-05-21T12:00:00+00:00"}'),
	('ferry', 'ferry-8', 'done', NULL, 1779364800000000, 'lbo3wh2yvybmrqi5ogq6ikco5k', '{"source_key":"ferry","entry_id":"ferry-8","url":"http://ferry.example/archive/8","digest":"a7975e125f1b748355dfa429d9389cb7","status":"done","first_seen":"2026-05-21T12:00:00+00:00","article_id":"lbo3wh2yvybmrqi5ogq6ikco5k","read_at":"2026-05-23T12:00:00+00:00"}'),
	('quay', 'quay-6', 'refused', NULL, 1779537600000000, NULL, '{"source_key":"quay","entry_id":"quay-6","url":"http://quay.example/stories/6","digest":"a60bc7113e5542e7cdfd3b3973fb124f","status":"refused","first_seen":"2026-05-23T12:00:00+00:00","reason":"http-404","detail":"http://quay.example/stories/6 answered 404"}'),
	('lamp', 'lamp-6', 'done', NULL, 1779883200000000, 'ty3a77ck5vb4r4yabxz6ubbng2', '{"source_key":"lamp","entry_id":"lamp-6","url":"http://lamp.example/stories/6","digest":"27a5fed5617a893915b1ead4dfb474b1","status":"done","first_seen":"2026-05-27T12:00:00+00:00","article_id":"ty3a77ck5vb4r4yabxz6ubbng2","read_at":"2026-05-27T12:00:00+00:00"}'),
	('loft', 'tag:new-loft-7', 'pending', 1780057800000000, 1779883200000000, NULL, '{"source_key":"loft","entry_id":"tag:new-loft-7","url":"http://loft.example/stories/7","digest":"66117669dc2833bd53f97ae1b6a2ad8f","status":"pending","first_seen":"2026-05-27T12:00:00+00:00","tries":2,"next_try":"2026-05-29T12:30:00+00:00","reason":"http-503","detail":"http://loft.example/stories/7 answered 503","entry":{"id":"tag:new-loft-7","url":"http://loft.example/stories/7","title":"Story 72: 613 days with the northern slipway","authors":["Ada Brandt"],"published":"2026-05-26T07:49:00+00:00","updated":"2026-05-26T07:49:00+00:00","summary":"In short.","categories":["Rope","Timber"]}}');


--
-- Data for Name: feeds; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.feeds VALUES
	('all', 'all', 'all', 'all', 62, NULL, false, NULL, NULL, '{"#about": "7600c7e95d3a0f2f17e3a19b8261e888", "#articles/2026-03-04": "b099a9b8bc3b6f69769d815f03a1383b", "#articles/2026-04-01": "f6f47150327f2b9c2871b9437de466cc", "#articles/2026-04-15": "436103898d5bc12bf46d4d685ab31294", "#articles/2026-05-13": "db24420524961ce9df481ab42391dcc4", "#articles/2026-05-27": "f05c16b9f8cb74712fea82ec4e688713", "#search/2026-02": "949b511d6effefbe", "#search/2026-03": "5f2e883038682440", "#search/2026-04": "b0f8295af8cb1e3b", "#search/2026-05.0": "c3b1fe8d461d8cef", "all.atom": "4ab16084051c981e4de8aea9485c0885ea8221095765c969375a5a3f417e1f80", "all.html": "ef8da5920bfa443873b84728dcb9bbced0797ee58181eb8ef03aa7a490602707", "all.json": "0cb40a94d97123d614128ee30ee316b1fc78b9baa30fbd8bd726af851e0f9461", "all.rss": "48a0252df04aceb584b6130fb38caf045b5b0aacba514ac5cbe92558ff98ac4a", "archive/all/2026-01-31.html": "c130b97ccecebee06978f2146af9f433", "archive/all/2026-01.html": "be52bb12f60930b0356cfa2ef37797f7", "archive/all/2026-02-10.html": "4bef2aff833b3edbc2d2f9d495c95b23", "archive/all/2026-02-14.html": "9274b4eb4a91c05b5f77533e8949fca4", "archive/all/2026-02-16.html": "0f9f33536591cd33110974432bfb7411", "archive/all/2026-02-18.html": "05373821262f3ab92e5aedb0aeb3a3c7", "archive/all/2026-02-20.html": "1ffa05f9fa250c5b6e0214f597b68f0a", "archive/all/2026-02-22.html": "d33b0591e57b8dc79827a565aa2fb168", "archive/all/2026-02.atom": "666a019082e86a22c1fe63c49718b0015fdea6a2e9a459c8f757df56591a25ec", "archive/all/2026-02.atom#": "30b403ebf3d5b52e3a5fc4ed724c3218", "archive/all/2026-02.html": "d26af90dc9d272279e8463c592730bd3", "archive/all/2026-02.json": "65d72056ea0b54e99285e1d361fbf72e36c58390f3f437b02ab50dfb9069d4bc", "archive/all/2026-03-02.html": "a648865d716d92f5c51af6dd9fd5af0e", "archive/all/2026-03-03.html": "66a4dc89c1778ef0d560757d1c6a13d6", "archive/all/2026-03-04.html": "dc14606af57a7e4066551be06df3775b", "archive/all/2026-03-07.html": "f163ec779a15953bf278d949b1443de7", "archive/all/2026-03-08.html": "a26fd74aed6b351e08bb549b0931ba66", "archive/all/2026-03-09.html": "443435f9c02603fafd68d48e3033cbec", "archive/all/2026-03-10.html": "6fba2064e0f29c1016cff44f2eecdede", "archive/all/2026-03-12.html": "87485937ab8a4921e5727eef49a25474", "archive/all/2026-03-13.html": "2719532a3270633fe2553796c2f104b1", "archive/all/2026-03-14.html": "dc07d9bf4baac0e8375c751801c622bb", "archive/all/2026-03-15.html": "c18362a5778159609134cc179d3dfcc4", "archive/all/2026-03-16.html": "bb4a9153a985d87f0a2b8d0a4ee56907", "archive/all/2026-03-17.html": "93ed3064ebc5beaf471bcfd3f274af6e", "archive/all/2026-03-22.html": "a702e3ca8417748a036ecd249639367c", "archive/all/2026-03-25.html": "8ebbd1ae0188db955af3ca196a6e5305", "archive/all/2026-03-27.html": "088e7e31b974618c44e44df11779a4d0", "archive/all/2026-03-28.html": "5a117446562c429bfaccbe3437bc5dd5", "archive/all/2026-03-29.html": "653f6afd43d288ad7bd7e144ce8303c2", "archive/all/2026-03-31.html": "97da3f6c525ee9648cedeed0572d17e9", "archive/all/2026-03.000001111000101100110000110001000000000000.atom": "ca6d15d9d9daf5dc8da867cb282bbfcf5b3cf9dc89c6dc8cbfec322f8b48694b", "archive/all/2026-03.000001111000101100110000110001000000000000.atom#": "2edbeb5e10d9f66697eb0c1191cead62", "archive/all/2026-03.000001111000101100110000110001000000000000.json": "5686a314210093601953d7d7b7bd025c942386150c705e38e962c84973f25028", "archive/all/2026-03.0001.atom": "d16ee1129968e1212ff66d997b280386234539b7ccda4c919c06a8439d277c23", "archive/all/2026-03.0001.atom#": "c39060e1c38b293e806ac7dd3b0343a4", "archive/all/2026-03.0001.json": "9e512533d52249dfa1b5d61a3a3827d403a883fe9bdcb81feb29a4ccedc227ca", "archive/all/2026-03.0010.atom": "1c7cbf17c47bf6045c65d36e73e409a69ba4dcb31def3f491955345d3cf0352f", "archive/all/2026-03.0010.atom#": "50dd69eb304bb20dbfbe0c3c70d00e07", "archive/all/2026-03.0010.json": "71a552d108d77faaf6c33acf7acdc83b59c42bf21bbc86f6c8ff7956bc12a375", "archive/all/2026-03.0011.atom": "c02f226551f6a5cf92ec8b857283571d796f5cd4fb188b117f5ae14450b14750", "archive/all/2026-03.0011.atom#": "5fc65e1d524e7728705a3d42e519cbb5", "archive/all/2026-03.0011.json": "5f33abb25940afd0013d1a9adbe649a5c4b310099fe58a21c771f766e6c34b52", "archive/all/2026-03.010.atom": "8760181fff3e8f625a66dfa4636eb68f62672488545c899d553129e3096355a7", "archive/all/2026-03.010.atom#": "ccaa2f07eda18178d05a4c981e8031b0", "archive/all/2026-03.010.json": "28b76a8d48fdff74b65fb806271c68f95fef0f01c595f4bca2a92e3dc22e60db", "archive/all/2026-03.011.atom": "24a50f088c9fce5748b63e6d4a323c70b21a55800be386d714858a80098d27e2", "archive/all/2026-03.011.atom#": "fb38c7b47623406a69ca69948b40e1be", "archive/all/2026-03.011.json": "6e2350b5bc058fcbb5312e44e6d72242283ab02c67981d74da99506b9e0766ad", "archive/all/2026-03.1.atom": "84bf2ec8fcfcd8de4b736d862ca56830d19008712607caa87001cd2c09f9b6fe", "archive/all/2026-03.1.atom#": "8fe0d372ef357ff53fc19747b29a910b", "archive/all/2026-03.1.json": "07146dd51a19e3846237a2cd6cf2bae3f7dc9ea55b9e5af36ffaf80afd361b18", "archive/all/2026-03.atom#": "28-4899112649529-68795", "archive/all/2026-03.html": "9911b222ee21812550cb8c6c403a1c19", "archive/all/2026-04-01.html": "462dedd284b4370e7a873a199aa57522", "archive/all/2026-04-02.html": "55868261ac444bf0bb8c7136acab4984", "archive/all/2026-04-05.html": "e7336a15cbb4ba831f94e4b1847a2ecf", "archive/all/2026-04-06.html": "847e53c87ad66dfbd76c56fa323d20e1", "archive/all/2026-04-07.html": "ee3314ff2428f588d067935f432c63cd", "archive/all/2026-04-08.html": "003cd9d72fdc1e8846a7d4e9ac97bc60", "archive/all/2026-04-12.html": "d2010908e2d1cdc187dea6e9ec879349", "archive/all/2026-04-14.html": "cb8f7000335b00d56cbcf975702be071", "archive/all/2026-04-15.html": "aadf83fac56c03f6c6008cf678315443", "archive/all/2026-04-17.html": "baeec2d7d822322957c66536ece85512", "archive/all/2026-04-18.html": "0dc2cf9f889ef0bc2c85755654d6216c", "archive/all/2026-04-20.html": "aa8f15ef538e57a52bdfdaa9a9af3da0", "archive/all/2026-04-21.html": "c3bb10dc247a109c172487b6198d0c14", "archive/all/2026-04-24.html": "7848dcedfc0edb0ba99fc8d2a231425e", "archive/all/2026-04-26.html": "a52b25e5ff950561c710ee1feafbdd94", "archive/all/2026-04-29.html": "e9369e187d7efe31fc3dc94f6f9620b4", "archive/all/2026-04.0000.atom": "fd5cf1a5af5472501d81402a40b6f2e59b0f4021fb5f221af16ae7bde456bc67", "archive/all/2026-04.0000.atom#": "20de44276e5f6b9f00b1684a199e9fac", "archive/all/2026-04.0000.json": "a4d23b7189083a51271978cbdb4435117c714023bfad6061564beb5604ce0622", "archive/all/2026-04.0001.atom": "80ef88e17a0685812b08aedc7cec7f53ba1eea723b9dc449c9eccd3344d8e0e5", "archive/all/2026-04.0001.atom#": "f7d508c9469f957253f99a431a197bf2", "archive/all/2026-04.0001.json": "02c2b81e1876eada14070460ccdf72e9bedfc7939c7229b57525a80ddbff76d3", "archive/all/2026-04.001.atom": "44de1e07a083d7d8258afff5bb38086ece09fbeb44e6f8b63b084fce7cba7dd8", "archive/all/2026-04.001.atom#": "6b129b45e42f26ff222ae6a4059635b0", "archive/all/2026-04.001.json": "f9e151ccb37d9a40a3589040250984dca6f5a4a43a829ec709a222393fd43714", "archive/all/2026-04.010.atom": "7824f6d08668d83071c24ad2afeda807414ee793ca4a787aebc3f03f7af90d61", "archive/all/2026-04.010.atom#": "c77ab4585e3fed6b650c1564d4a507a8", "archive/all/2026-04.010.json": "12e3492a042c8b63490eed12a167ab33fd6779f3d2a0a232bd86fe45c34afa59", "archive/all/2026-04.011.atom": "4f34053cab8b9c1e330ac207873fa40afe4229c2ed44446aa45c7ca703b5beeb", "archive/all/2026-04.011.atom#": "d9a43722cc0115ecf58aa5c34e49de06", "archive/all/2026-04.011.json": "ed14e23b09685d274e1f7dc132eca4d45a0ab0db4f6fc2cc451d54813886cd9d", "archive/all/2026-04.1.atom": "155c9418205808694f1065cd2e8ad3a89928e3ba0d707233c89d7eb6e2b196b0", "archive/all/2026-04.1.atom#": "3121623da938ec3a5b05b9d9a1188281", "archive/all/2026-04.1.json": "880518241eb899f6429a0d1494a38fd45037ec696fc2a348b5394fe9169a0a79", "archive/all/2026-04.atom#": "21-3842735635059-48752", "archive/all/2026-04.html": "6d92ee598e7d505921058e7ec016e978", "archive/all/2026-05-01.html": "91976509b3be791ee773ee9e2ed60fd6", "archive/all/2026-05-02.html": "f9c352d3bed2a8d26a500eba0e2812fa", "archive/all/2026-05-03.html": "a1f5533d2ccade492ba8c41ad64ece12", "archive/all/2026-05-09.html": "06885c6164729b9ebdb131ccb1dfd835", "archive/all/2026-05-12.html": "1bb29dc4f1765c1f20fc821dcc978379", "archive/all/2026-05-13.html": "341f9146280805040c9472217652dca6", "archive/all/2026-05-14.html": "bb9a39198b331e8fbbc081d8dc0624bf", "archive/all/2026-05-15.html": "fd052e91f85af6361d75b524b625c7ae", "archive/all/2026-05-18.html": "c9a98fc6b6b71aa68b26aac0fec119d9", "archive/all/2026-05-20.html": "de2de4072a26b4390c11fa190b6216bb", "archive/all/2026-05-21.html": "7550ea5e90bbca53296fe4d80722d74e", "archive/all/2026-05-27.html": "44d17a601f639155bae6cd97f854910c", "archive/all/2026-05.00.atom": "5398e11c3a6318099e72a91538f0395ad3e6d3dfa5142ed752d4a362cd783ec4", "archive/all/2026-05.00.atom#": "14f9905d33b7b5901800e7861c28abd0", "archive/all/2026-05.00.json": "b71125f640dd693d9090706ec648e8339b716ed0375a289a1667eae63c679394", "archive/all/2026-05.01.atom": "ed8f0783c76650d81d76026ac4d39db1a23bdfe3ebb084523cea89056997b9f8", "archive/all/2026-05.01.atom#": "906a6974f9dc0003a79d034830acff1d", "archive/all/2026-05.01.json": "968b012e4fd83b765849640ee1dc97a0eca1ebf456ffd5781c3720f435da4cf4", "archive/all/2026-05.html": "8e1f0c7d219cafcfb59878886b9da3f3", "archive/all/2026.html": "770144fb9327403ec72824b9c1c8e16a"}', false),
	('category', 'sea', 'Sea', 'sea', 40, NULL, false, NULL, NULL, '{"#about": "bf46fa2281cc95f3b6106610906d4c3d", "archive/categories/sea/2026-03.000001111000101100110000110001000000000000.atom": "ece318f0a17b3025380ee51deb5daa358732f5cb24d40d33b4661ba7e6b21966", "archive/categories/sea/2026-03.000001111000101100110000110001000000000000.atom#": "7a1de50ecfc9b899d508798d0b74e0df", "archive/categories/sea/2026-03.000001111000101100110000110001000000000000.json": "61a6709ae04f12fa81f2a9e340f19be7981b983044217e3c4be45be869b20ec2", "archive/categories/sea/2026-03.0001.atom": "7360b638b5c5d53a90c08207820a340d1fac0176b014727a7bebda16497808d6", "archive/categories/sea/2026-03.0001.atom#": "dfc49ccead29537492d4cbfffad0586d", "archive/categories/sea/2026-03.0001.json": "f2d9d5a64c99e5f3be472c54da12b728bbde5e3ec4825cfd3a8fba3b532f6f63", "archive/categories/sea/2026-03.001.atom": "8c4dbb363c2c31d162f6ca816ee8a5864fb953dfb5b2a93897b7e9b2582b68f6", "archive/categories/sea/2026-03.001.atom#": "f40c59ef66bd548549851985c39ec64f", "archive/categories/sea/2026-03.001.json": "6127adcc8ccf6ba3fbd0687153d5be9a6bbcc5cc87c9723ba03018e39e87254f", "archive/categories/sea/2026-03.01.atom": "02e9917ed0876cfd5fdac0cfb8e9ffb9ed349d2b08c927b6c0640c0b945d6899", "archive/categories/sea/2026-03.01.atom#": "09fa2ac929c25a4814eb93d74c3e6f84", "archive/categories/sea/2026-03.01.json": "08a9e1981fe69ae93cfc041264091306b257844adbb263d6f3750558416c64bf", "archive/categories/sea/2026-03.1.atom": "6deea097b88e087db1d9d6661ffde2844cd360687dcbf657a4a91992b861f238", "archive/categories/sea/2026-03.1.atom#": "dbafbeecbae94f9a12a1971bbc6f3941", "archive/categories/sea/2026-03.1.json": "12eb781e2028f59d80d05698f1ea567481136c07ddd159ad4d5fef52374dcf82", "archive/categories/sea/2026-03.atom#": "18-3217216171407-43083", "archive/categories/sea/2026-04.0000.atom": "0563525132238e2738c7e51b79dab6b6acab6a3e8b32a029cc35bec81976c6fb", "archive/categories/sea/2026-04.0000.atom#": "36e5d1e3540cec528e097023c534872a", "archive/categories/sea/2026-04.0000.json": "c71d12847d2848f59f269a61322cc8d0c5ade070841b5a4c28921b5a409d4ea7", "archive/categories/sea/2026-04.0001.atom": "9fda69a310d24175e06e8798106eb91cf87c7bea32f808c270eefd525759fcfa", "archive/categories/sea/2026-04.0001.atom#": "7aee43cddd6df150834a51b87ada8337", "archive/categories/sea/2026-04.0001.json": "279896c3d11db6c9f1bcb5960db75bce3fef0720e5f36026af0336d9ab65fa48", "archive/categories/sea/2026-04.001.atom": "630b518121466c37272ed8457c273d25a16f4a3d711d66b1763a1b9420469dea", "archive/categories/sea/2026-04.001.atom#": "8cefdae7ebb7293b4d04647c92f0de43", "archive/categories/sea/2026-04.001.json": "83822e660913879f2adf5f83fa7447c9762788e6fb811b5f1c33265ed3aab877", "archive/categories/sea/2026-04.01.atom": "0b4286647040d064165343c9b8d90026c3f41d94364f5b670c2a20d528863cba", "archive/categories/sea/2026-04.01.atom#": "c284341c0cb41e087df199c23e22075b", "archive/categories/sea/2026-04.01.json": "eff9650ca8dabc1fb4256cd414a07bca0479eb0c6e5b0458159e355204d79d50", "archive/categories/sea/2026-04.1.atom": "996d481563375c6a4d9f9975339f752ba8c3a7092b54de9e813963898c8b0e79", "archive/categories/sea/2026-04.1.atom#": "de39f8637c01b47bd3d451e17d44fb6b", "archive/categories/sea/2026-04.1.json": "85a11d784775656e33e4a8e154c157c777bc98d132a89aa1a480f6bf4d06b816", "archive/categories/sea/2026-04.atom#": "16-2956885815928-36228", "archive/categories/sea/2026.html": "269b0058abbcb22e188811c92f213c56", "categories/sea.atom": "0ba584a5a2005bde7a663cd61c265594f93f3a9940458ae17ed52bb633a14e5a", "categories/sea.html": "f7e00a3ba271150058b189bb8dd3c0586fdd4d60d1e0e6ea6ac3f3cf772e3674", "categories/sea.json": "5924aaf4667f95949888b8110b5b4b0881880f3bb5fbf78eb06e91d3c2b8e1c7", "categories/sea.rss": "fed83cd06a71ff4b907c109db70c802cd230584a94003dc8daae27558fbe5e9a"}', false),
	('tag', 'tides', 'tides', 'tides', 20, NULL, false, NULL, NULL, '{"#about": "fccc48a95ede48f17966b4adeb51ad5f", "archive/tags/tides/2026-03.000.atom": "0e6922c89028f169ea6b2eacdb8cfbc0817e2b911af06bc03d384938e5688405", "archive/tags/tides/2026-03.000.atom#": "6d92b49b86cc9a561cd211472a45fb91", "archive/tags/tides/2026-03.000.json": "05fc5d9473d55e4d07075f5f32295b82ff4afd6b6a236047df17135e08121908", "archive/tags/tides/2026-03.001.atom": "8194784c6819373f3348122ddcaad270a6c934760dcec3cf9a6414264726a218", "archive/tags/tides/2026-03.001.atom#": "5b8d99bdc1c1e8f310b110b484a031b4", "archive/tags/tides/2026-03.001.json": "cb62af54792fd3bea72dfd7fe2e6efdc43bd4ca170b83d36940d713bb96f6083", "archive/tags/tides/2026-03.01.atom": "4dabcdfc0aedf050df1c061e65347c23d3149ffb01ebec0d98861c615cf218f6", "archive/tags/tides/2026-03.01.atom#": "242ca60baf350a675cd1f6dbdab413a8", "archive/tags/tides/2026-03.01.json": "d9e322075585fd280486b176992e5d67bcec2e5820607eb193e05cc34864d8d7", "archive/tags/tides/2026-03.1.atom": "9cf41c614d15a2ee1853b833d10b6919fde074528b499e3c43eaf873eff00a03", "archive/tags/tides/2026-03.1.atom#": "54b32a18132509305c13dc524c22af83", "archive/tags/tides/2026-03.1.json": "a6c9243dfaa7d3934396ffd6833be3f1794c52e05a8ea27c949ebde1e3ea15ce", "archive/tags/tides/2026-03.atom#": "9-1568641016390-21982", "archive/tags/tides/2026-04.000.atom": "dc26c03a6d63656a01ebbd48846238c0a547895e239e27cb653d9f5470f94b01", "archive/tags/tides/2026-04.000.atom#": "5aac9759320d73901d140f386298fa68", "archive/tags/tides/2026-04.000.json": "dc9b312fa7fc19fce7cef64dc7e7dd20ad5ed97e4a8b0d421efb62a43e076624", "archive/tags/tides/2026-04.001.atom": "348d737ec3776aa1a83b393f5b66093b1abd0b08f6584e0dbfa3f7efd22055a3", "archive/tags/tides/2026-04.001.atom#": "345d417839aa31f8cce980f55adeb9dd", "archive/tags/tides/2026-04.001.json": "94b2361214391694ddbcf9afb1c7cc074ad0145e369b37922c7636f5344e5905", "archive/tags/tides/2026-04.01.atom": "c9576705cc64bd91efcf3c2b11f407b707156c57904ced60d0d944bf1d79c062", "archive/tags/tides/2026-04.01.atom#": "f264bcf254c43b4f1f622229dae187cf", "archive/tags/tides/2026-04.01.json": "f555de4bf0c23e17bfb1c0b566ad135f42317484ffb83c520b8a0708e67ef9b4", "archive/tags/tides/2026-04.1.atom": "a7aabae87c664ebf22352fe2f647f68fa465d411c3169df027409a45526e0d92", "archive/tags/tides/2026-04.1.atom#": "9575f3dbc0eb72358738e7f6c1e2d303", "archive/tags/tides/2026-04.1.json": "6267312466af45b3069c09a1b8f8ff8c5e5bc4502b232e3923739f8431424293", "archive/tags/tides/2026-04.atom#": "8-1419775703569-16836", "archive/tags/tides/2026.html": "e17e704d1f6c7a83b74cac9d15fda501", "tags/tides.atom": "43a8fc1e0ffaf2aa5ead8a67de667fa42ea8742c41ac84a3d649c9f26ce05391", "tags/tides.html": "d77bfc9737f678fb1062a7f648214ff240d77843c9657f8087f349c54e0a6375", "tags/tides.json": "b987f3732949015d5d02df08c5f2be18c4c72b14c3bc116624f926fbd551e963", "tags/tides.rss": "09645701a910fb13d157ec156c2a1f4372a9fd18b5ff633293f5a2484d9af4b5"}', true),
	('query', 'fog', 'fog', 'fog', 0, NULL, true, NULL, NULL, '{}', false),
	('query', 'summer-fair', 'summer-fair', 'summer-fair', 0, NULL, true, NULL, NULL, '{}', false),
	('tag', 'lamps', 'lamps', 'lamps', 1, NULL, false, NULL, NULL, '{}', false),
	('category', 'workshop', 'Workshop', 'workshop', 8, NULL, false, NULL, NULL, '{"#about": "0ca47c920a00457671a427e86d0a4b8f", "archive/categories/workshop/2026-02.atom": "1f37e6b5eeda39b4a887434a6b84d9bd514f61c9be7ab91f83a7747e300c2a1d", "archive/categories/workshop/2026-02.atom#": "390fa7b967bc38e877ab9180a05bc04b", "archive/categories/workshop/2026-02.json": "45cc6e2f6b990ce79351e047899dd821e90a7efd217b2349150ddcd5ab6784b2", "archive/categories/workshop/2026-03.atom": "a0b9ecb2581a5c3aa12f40f39cb11c0e96373bacf19d7af49207a129bbc720d6", "archive/categories/workshop/2026-03.atom#": "61723bef299660a23adab56eb6f459ba", "archive/categories/workshop/2026-03.json": "ffb62e39d438b234526139a2269d217b53a51360a155bcfdb334c9b628e950ad", "archive/categories/workshop/2026-04.atom": "072550506e6fd8411d68fa207edb327607b74231bbfdf1c23a958c51c900449e", "archive/categories/workshop/2026-04.atom#": "5b0f22ff66c8b9e5574ad34d47fed031", "archive/categories/workshop/2026-04.json": "259e3703d1c6af33c4176c8538f10e44cc934f6d8ca80ace40c930fb9aadc276", "archive/categories/workshop/2026.html": "368263d91043a45e60e7744008dbc2c6", "categories/workshop.atom": "339a2e349f94d58814bf6b5faf018213074a9fb15cf03bd94aaa19be4a2b9dc5", "categories/workshop.html": "c6a6370a00e3e64947ce1988e6375feab16edcab2954445dc175cf21fe63d55a", "categories/workshop.json": "847b1b0f38df9323b2c255f3e923fc8b3b7bb800f5770071b77a7b8d34432682", "categories/workshop.rss": "de59e11ba0451807d91ebf8384a396796ce5d2fb298ee2900022cedaa43f9e64"}', false),
	('source', 'parish', 'parish', 'parish', 4, NULL, false, NULL, NULL, '{"#about": "ca5a3ef5626fe346992d3288820d8bb4", "sources/parish.atom": "6593c158f9bf99686e5cf6d42e8a2a35cb2ea1bd5b1c4a7467fb6a5ab3752aeb", "sources/parish.html": "893a2cc3c129083c48d20afb8a6cb45f0bffa84f524b0baf7e4b1fef8b64b197", "sources/parish.json": "7b0b2699f546ba435301c177568855c1d8642f85fd35e13cb8deb29692e31d3a", "sources/parish.rss": "f57c7d2f8db631d148d16e3c224bc37d80b3cd40f53077c6c0b6a0ab0e5aab26"}', false),
	('tag', 'clay', 'clay', 'clay', 12, NULL, false, NULL, NULL, '{"#about": "363d7e32001e99ba20d857d1b128162c", "archive/tags/clay/2026-02.atom": "b4b7d91bd8f6e80f12c8c626c81b0c97771dfb259310d0080fdf81b458ec6993", "archive/tags/clay/2026-02.atom#": "cea10bfdbde213e5a636b7778fb6d139", "archive/tags/clay/2026-02.json": "8a67176394285a3ad2fae8217014031da960d94b7a24249377fd03a811cb8c40", "archive/tags/clay/2026-03.00.atom": "686f8e9fd525c179d471c0ce20c7a407fc9afb518cef9f195742d82ccbd607fb", "archive/tags/clay/2026-03.00.atom#": "4f48d6f71ea24060ecb899704632383d", "archive/tags/clay/2026-03.00.json": "327855dbc64197df75ed29ea2683943d4ee6cd4fc2cb081721224c04faeda505", "archive/tags/clay/2026-03.01.atom": "9e7752bf466c1dbd17882e9a53a42f4f033e112ebcc6b8776088d20344b7ac47", "archive/tags/clay/2026-03.01.atom#": "52598adec05038ac01a71d2a3f9daf02", "archive/tags/clay/2026-03.01.json": "0254bb8e38e81057c2280b732c3fe9280fa282c0ccb5809b5e82ef84a579723b", "archive/tags/clay/2026-03.atom#": "7-1239916724308-17067", "archive/tags/clay/2026-04.atom": "8d76778cebd339a20148822ebb6d8b691b967f55918ce613b1e8e5c4907b62df", "archive/tags/clay/2026-04.atom#": "aafcb047d7975f4dd0dbb5cc5f8ad791", "archive/tags/clay/2026-04.json": "cea633ab3aa0669ec565affa4e019608e138851c399d1f7fc71cbe09c857d4b6", "archive/tags/clay/2026.html": "19b09d310081d9887d2c5983b3aa2d89", "tags/clay.atom": "abb9988d629ce922d14fb959942e5eec895b83a2e99c7e94465b043e71f2d0df", "tags/clay.html": "3298ddeef7abfbf7c55ea974560da7b3d9a77e2ce35ceaeb81b10b591e5b3d27", "tags/clay.json": "a296c53ccb4f7cc6f2c3ffa281d4ca03115f1d8d23c8c8d74539ec0183d0c21f", "tags/clay.rss": "163dcd79e0ceaa1dbf5d788d3fe0bae3bc771aa16b34fb3894fcce888f0f8fba"}', true),
	('source', 'kiln', 'kiln', 'kiln', 1, NULL, false, NULL, NULL, '{"#about": "09ed85378c573d8946ed6da21948aab9", "sources/kiln.atom": "eb05bb7b166331bd4f8f707af00dc5078c43bdf7f94137ef9e0da248b88f6be8", "sources/kiln.html": "523046731243dada35b89d17d9f9e56a7806115b33d2e14309fefe09a3a31202", "sources/kiln.json": "8704ddda97e64a07c58da9ba1a19305b5a9e8067c48e035cad7510ff2cdcde6b", "sources/kiln.rss": "fc4d8891660e3866b9ebffe2d382efd75fca6b88810db0d4d126c44e428a9cc7"}', false),
	('tag', 'bridges', 'bridges', 'bridges', 0, NULL, false, 'tag', 'crossings', '{"#about": "55fbc2984e28fd65906ae3c05dd357f8", "tags/bridges.atom": "11faff7710cadd41211133ed3c245ca16a6e29b4d7dbe7fdb1868e3dcd042462", "tags/bridges.html": "824b5519377b647b6f9228d68d5016b1679f02f5b77ec576beb9fdfb1ff14a03", "tags/bridges.json": "56f0e9d317bf6bd2408fe2fcb979e35baaa207d981580e15b69db55106cd5903", "tags/bridges.rss": "9d5bd2ed6a55e0815fbc52fcd89392851941db34f4f85f49cf0a0c8b73cd1550"}', false),
	('tag', 'glaze', 'glaze', 'glaze', 0, NULL, false, 'tag', 'clay', '{"#about": "9f305711e7b4354e12280bf391fc06fd", "tags/glaze.atom": "7618cf3f4b3e33273669103babacff0eb2e09b8e312d303a500b0ed323226121", "tags/glaze.html": "854dd0c964f250f77b2558c0cc312de6ea93b5cfef6121701284e183a47a243b", "tags/glaze.json": "46f321a81193cc6ab05082de729e9f47873f9a0545bf8ef26fa5646bf602ec22", "tags/glaze.rss": "125ec4d9adf71b719b70d1d84115c25fc947bafef23e2665535798164c6ef2d6"}', false),
	('source', 'almanac', 'Bridge Almanac', 'almanac', 7, NULL, false, NULL, NULL, '{"#about": "2faa3d397fd3b68a24c07345cc8219a4", "sources/almanac.atom": "90a59fe8d13515c01b3e89fc76b41e2b92f69ddf7f6e74ae9d6b2009f49a052e", "sources/almanac.html": "6575e350f72ed1d3804739815ba08d527084fc1b49e27da60beef890c84265ee", "sources/almanac.json": "34fa8ffcaba56230e4d5feb72a1d53f05b43e8526d9e3e4fabf10097020772e8", "sources/almanac.rss": "9d6094bf18378f24bbd5a77b51f4a44fa217a36a03e2ac89d063c71efb9e4a6e"}', false),
	('tag', 'radio', 'RADIO', 'radio', 12, NULL, false, NULL, NULL, '{"#about": "e298e9b4b5b8ada61dbbcf3da8ef4107", "archive/tags/radio/2026-03.00.atom": "390ccc42b7504534b45d9295d873bc101112f5f46862c86f08fd42085ef9a37c", "archive/tags/radio/2026-03.00.atom#": "f2200f9b665bd9795cd13e8d8851de44", "archive/tags/radio/2026-03.00.json": "da7225a53915b3555eed662814054496e5ae253bbfe2c08026856717a5553aa7", "archive/tags/radio/2026-03.01.atom": "346d2d623238f4bf56d9b89f1ba96f81b9caa7c560623d9525c8182ccbd8501e", "archive/tags/radio/2026-03.01.atom#": "e8c224c8a11676ba2e98433e64e643af", "archive/tags/radio/2026-03.01.json": "5596d5b3a07ce8ccc985cbab17dab0375cbca755903b016f5a001fb2725f1271", "archive/tags/radio/2026-03.atom#": "8-1380563428464-19110", "archive/tags/radio/2026-04.atom": "7374d40f3e491c5263a7eb46512ab5ad2e48a368e08ccb78311b73a874c6fdb8", "archive/tags/radio/2026-04.atom#": "2d5d1860ddf66ffa76ab9a5df94207c9", "archive/tags/radio/2026-04.json": "dcacdb1c1b4e543591bd77558f47a1f7eadece1c09de6d809e9bd92a4f18145e", "archive/tags/radio/2026.html": "f5e70716b2cee704b964cfc71f66e935", "tags/radio.atom": "9ceafe5b3151dfb3bde70f03e3deea94338bca03d1c352fbc5f67fcbc7fc56ac", "tags/radio.html": "ad879c841b1d950b911213c691c250b0aaecb54a365ac7da0ad6d0acb65f1e51", "tags/radio.json": "3964962e096e13d5013e4895b466bd23f77209d7727d1a55929533dc028acaaa", "tags/radio.rss": "ab430980e21d18f56eee010cae2814844a0a75edf6fee10f30eb1a1a8612e4a6"}', true),
	('source', 'ferry', 'Ferry Times', 'ferry', 6, NULL, false, NULL, NULL, '{"#about": "33eacd3ae40702c671caf679849acea0", "sources/ferry.atom": "137df53bab0e4b7c33e99299e6930fe836fc61c5aa8c72508606b7ca5c09e45d", "sources/ferry.html": "8a47c20112cf06c786dd56bc9519009ccb18e90b82e80f245e067f6fb4393961", "sources/ferry.json": "8959598a2ff4f6888f22a67b8c1220aa5a8cb8de4bc3805facacb431fed7a772", "sources/ferry.rss": "f1103ac8599623d49009edf7955ed420a1839e1174469450a313dda6557f1762"}', false),
	('source', 'rook', 'Rook Lane', 'rook', 1, NULL, false, NULL, NULL, '{"#about": "cd20f61ad1311106694b3e1ade4dd039", "sources/rook.atom": "797590605bb87b9d1d115c7be27fbada17ac693ff603c915dc3d595a73fabfd9", "sources/rook.html": "995f6d1cc2510e1ace5a69afe5f2e0edefa618e22f2589d11de68d33d5e97bd6", "sources/rook.json": "0df3658789403d0ac1438c08f1ad862c52c2086e988f24f881a59adf96a2a045", "sources/rook.rss": "bff24ef96e1fb110e0a6bcb7567522c763923ddad7bde7e8649618f176c179ac"}', false),
	('tag', 'timber', 'timber', 'timber', 16, NULL, false, NULL, NULL, '{"#about": "9c2561c65e306a87d8a1c7af47de7490", "archive/tags/timber/2026-03.00.atom": "ac264937aa122086047a32af2236c34bcb563fc5db8d77eb973d15067da898b3", "archive/tags/timber/2026-03.00.atom#": "f9e7dd54f2ec71322f7a648117407690", "archive/tags/timber/2026-03.00.json": "d5479dbe4433a5d6867ed3882c79c054e0743df2e1ccaef5c8939945e811739d", "archive/tags/timber/2026-03.01.atom": "f98202be5bfb3210651673a2726c5d00525f2687dbaaaa1daed67dbb55fe6d5c", "archive/tags/timber/2026-03.01.atom#": "e507a7a522968cf7915611ad9633df07", "archive/tags/timber/2026-03.01.json": "f29a4fb503cf1ede192294180c2e375d86308ca3153f2d90a1eba323f644bd7b", "archive/tags/timber/2026-03.1.atom": "0cceb4df5ea3b2b2a5a9b24eac5adeb0eb77975f87915e21fb4439558d26b3d1", "archive/tags/timber/2026-03.1.atom#": "f490f83c17255df2652d2fe0e595cc49", "archive/tags/timber/2026-03.1.json": "50756b34b06607671dd10435bd65b0bbb3098df66e7658231d9c2878656cc22e", "archive/tags/timber/2026-03.atom#": "7-1273721723824-17174", "archive/tags/timber/2026-04.00.atom": "feecec2f4ff83487a85d09e0622eca8ac17993a60145d488112ef79a522bfbf0", "archive/tags/timber/2026-04.00.atom#": "08c487a0b9dbe09ff527d609bcd5c98f", "archive/tags/timber/2026-04.00.json": "bcd6ca1b86fa4f75fd0716ade29f85c7bf20a0f6759b34121e242cd4ae49db34", "archive/tags/timber/2026-04.010.atom": "8a482b026106d389ab78b28c4d729ee3c52f575e6a076d5f037b495c0bd99e10", "archive/tags/timber/2026-04.010.atom#": "b972b0447ffebdaf5a587c812b01fe89", "archive/tags/timber/2026-04.010.json": "49d798a0e456a3a74450d4707c982a849746fd54cbb19ad79916e38367dd438c", "archive/tags/timber/2026-04.011.atom": "ac44a4a3692020e09d6182641c1b9181d0ef1fb3d34c4ea033212ea00721cd79", "archive/tags/timber/2026-04.011.atom#": "240591721df1c6bdce8c7837869a25a2", "archive/tags/timber/2026-04.011.json": "38feb488dcac7c49ab54b97cec0fd86adf5d212350bc7501c0167a071f5edd29", "archive/tags/timber/2026-04.atom#": "6-1123560768761-14588", "archive/tags/timber/2026.html": "b5c695db1582b73d510adebc04edce71", "tags/timber.atom": "6ed1b699cea642db4dcba476aa3c0d00f06b5c07ba8d7a2a68eda024e5fa72cd", "tags/timber.html": "7f2b6dabe5c0d1df7391fc4a6f2bb24651008947ef64e5d23c865a13a30e1f65", "tags/timber.json": "122c462a675c33df85fa09a603ec4f34d1d9cf3b175224b2c50f8e949e646c17", "tags/timber.rss": "fa9b2acf348085dba0499bdb2b8d0a9e9ce4383cc3f529a3e97ba27c7eaba9f4"}', false),
	('source', 'wave', 'Short Wave', 'wave', 5, NULL, false, NULL, NULL, '{"#about": "c8ec5f5ee3ce8b4e54c7fe8c432dd786", "sources/wave.atom": "93ae1eb1e623c22144b1efc861e0c477057d77248da3548e3bee309c4d428f3b", "sources/wave.html": "34abad8fba0882182352d3b000c1eaddc3bc9ee659edd6b5b6d39016c89f0bc4", "sources/wave.json": "643b409e5c085eec9b9d4d37c905ee74f96cf9ca25e9a65473f00a9f6e541d85", "sources/wave.rss": "864eeced582997786f20cd74e0d0ca2aafa81866d12f56279b9569d57fdf339c"}', false),
	('query', 'brandt', 'brandt', 'brandt', 11, NULL, false, NULL, NULL, '{"#about": "6b899ce02caabe466aeaeadba6173430", "queries/brandt.atom": "302bc4d857130f84a9bc655419e395b1fe188fc0c40161fc687f68ed2854167e", "queries/brandt.json": "80f549a3236f38ac8f67e808283a6e378ab42781005a56dffedf8a627547456e"}', false),
	('query', 'rope-at-sea', 'Rope, for those who use it', 'rope-at-sea', 19, NULL, false, NULL, NULL, '{"#about": "9334d6b450471ea11949eb3c898ab475", "queries/rope-at-sea.atom": "c9fea059b1fb2f10db12aadf56dab93dddb8393e79544c9bb8899f7454411814", "queries/rope-at-sea.html": "377250e63b0b9510e12aa85306f69a61d953164f96ed106fc2ebe301b06e3c76", "queries/rope-at-sea.json": "6f6e8c27a9e9e0d2de37c1a4c4749e704df6ef891396c2860bee0ad4df9d3211", "queries/rope-at-sea.rss": "f23097db51a9d2dd8f8bfdc40a505ac5036d0ddeda61cf0e23cf5474f0e8b565"}', false),
	('source', 'lamp', 'Lamp Room', 'lamp', 5, NULL, false, NULL, NULL, '{"#about": "bba57560a1021572df633f9de1fc0766", "sources/lamp.atom": "9fef6159eb9672a11bb11ac2f0f03d059fe814c430e1be8ff96934e8bcdab27c", "sources/lamp.html": "339c2a8239e9c8cf49bb0821c0fed7a0b30135c1f227b45acd638dc92e038673", "sources/lamp.json": "11c8a7914c27e6deeaa2aa9a10290a8a1fed30f603fc39d5fb4bdff00b8d611f", "sources/lamp.rss": "1c5fc76a61fb501b99a4054bdeb65b26f7b8257116dbf8eda702ee12bcb3d99d"}', false),
	('tag', 'sails', 'sails', 'sails', 9, NULL, false, NULL, NULL, '{"#about": "6661f636654482ce6a900c8920d431ad", "archive/tags/sails/2026-03.atom": "91b3f323ad9cf7fb794f34c8ee3dc17a72fdd582bc08ba3b78afd18a4a5d7dc0", "archive/tags/sails/2026-03.atom#": "289c4bcc7d6ebb48f3d6c211753970fd", "archive/tags/sails/2026-03.json": "60a87bdc31fc78b2ce09daf4bf0aa026b258b9b24bd818dc002006dda2e8740c", "archive/tags/sails/2026-04.atom": "49342bd64ca71c73418fb38394c8e1f17f7ccef51b4965f2802abd63d5ecc868", "archive/tags/sails/2026-04.atom#": "4245e8b2a8d15488bef977c6e649d543", "archive/tags/sails/2026-04.json": "3bf3d140c48e12201cb037f117b275448be4f6a02e1b022d69214471c3379171", "archive/tags/sails/2026.html": "96ec439b978eb8e5e77883cca67107d8", "tags/sails.atom": "6b6e6b9527646ae826bf9b7b9cad22cfc43c696781b0426a8bf3ecf1f7680221", "tags/sails.html": "7f540f29ba7bb4c236c0c6f469858596edda89b60579ae6dfe3188810b9b2c81", "tags/sails.json": "fce84e5cc0d97367ce4c06c410f7f5425b70468ae9ad2992dae74f65ee12afe8", "tags/sails.rss": "c6b8be5d8cd173000810f0923542c08280335220b12c06b1491968a40117d3e8"}', false),
	('category', 'uncategorised', 'uncategorised', 'uncategorised', 14, NULL, false, NULL, NULL, '{"#about": "1e648aabefaf497d76b3a91363953c09", "archive/categories/uncategorised/2026-03.0.atom": "6271d1d6662c81d8fe20770391bfa5a112793bce2287ba90d86d852635f31829", "archive/categories/uncategorised/2026-03.0.atom#": "9baa0eb01f0f3d954625c96b81dd050e", "archive/categories/uncategorised/2026-03.0.json": "726a864e41de42f14639881006e73ab2312e304ecc68a0c081ec92671e5fe55a", "archive/categories/uncategorised/2026-03.1.atom": "286380c4fcd72cc556f486c8e03e5dd9412dcf2a5e08a0838f76c5037cbc973e", "archive/categories/uncategorised/2026-03.1.atom#": "e404ffc84e8647cfa7e6c3592392a1e0", "archive/categories/uncategorised/2026-03.1.json": "cbca3492454c751bca5bd3fcf55d014e9fc25816ab4f5564d8ccb9bb5f8ae0bf", "archive/categories/uncategorised/2026-03.atom#": "7-1111814486240-18520", "archive/categories/uncategorised/2026-04.atom": "5edae537454bf4b6cd68bea8a4912744ee0e3eca77f23b63ca63fb7b04caa6e9", "archive/categories/uncategorised/2026-04.atom#": "67eb09ec82bf823d6601871d9cfcf5cd", "archive/categories/uncategorised/2026-04.json": "7ebd1ac6dceca38f80cf8cd2688b5b8e14a9359b64caf98d4f9bde6130bf4b8d", "archive/categories/uncategorised/2026.html": "af0844f99952909ef3d1520803c9a24e", "categories/uncategorised.atom": "21010b6d75357e3372635e31f86a8023b01f872f9f15391f94df295affc3b73e", "categories/uncategorised.html": "4cf0cb4c54c80b63556fcc62e4d898b41830b1bd8afb4ad9a17eda0c7484d167", "categories/uncategorised.json": "afc4e06184c1f44225cf8779e23cd802b9fa70a66a7189621cf2be1cce1b8bcd", "categories/uncategorised.rss": "dbd6adfbef265b53c6e235de77e6fcdf4811a0db92fc9ad1dcd513b70f3b0187"}', false),
	('source', 'loft', 'The Sail Loft', 'loft', 7, NULL, false, NULL, NULL, '{"#about": "b43dc680b1fb7470748314ed737e8db2", "sources/loft.atom": "ae328f3ddda6941e995e1a1dc08c15c47c29bef23e14efb1d121213057c61d50", "sources/loft.html": "199892cd83639f47a2c9fec813e0715ab8c1a9930445462450ce19c5e99cb657", "sources/loft.json": "ceeb01dd5e4a4ce294d6b705c5db02d37ab11aa392f48e4b5fd74a6adf02dc50", "sources/loft.rss": "22320b41ec59bd0364e2fdcae4bca3232532c7c57614bcf50e16b0430f0a3b99"}', false),
	('tag', 'rope', 'rope', 'rope', 0, NULL, false, 'tag', 'ropework', '{"#about": "5a8142eac036d927a88468ba78ed0fe7", "tags/rope.atom": "894691ec39bac121f23ad692f54a9ad480973a45746e27551f58f365b2525b3b", "tags/rope.html": "47274c4cb7fa39bde586b3fcce1b4f4424656726eba4afe66d3443712219c097", "tags/rope.json": "4131a4f1505ef40069ed480f3a2bd262f9fb6fadeb5e9152b014cef10b584a0e", "tags/rope.rss": "4600a87bd7b81094507d53f0e6e825c558607aeb38d8ccd659efdb8c1d3fdbc6"}', false),
	('source', 'quay', 'Quayside', 'quay', 4, 'lost 1 of the live feed''s entries, first tag:coast.example,2025:by-hand', false, NULL, NULL, '{"#about": "", "sources/quay.atom": "83e24aa656d3849b91b64ab90bccd746da12ff77e04c0ec39926d879e622b885", "sources/quay.html": "9bd0c08130be6beccd0754192a2527ecb175fde8f9a5bff7345a4718e597b34e", "sources/quay.json": "22d5d8fdfaab0abd4c3843dbeb34d5ac489fff54f0a06ac2150b55b46cc4efc6", "sources/quay.rss": "929eeb71531c96f31eac8e3bbc481b15a56dd88bfa7d2d7279e30a90f3854a8d"}', false),
	('source', 'minato', '港だより', 'minato', 4, NULL, false, NULL, NULL, '{"#about": "40d794ae855dc548fcd90f1548bf0ba5", "sources/minato.atom": "a497dab2b8db1d6b5b5ee2022e7957384943e3664d9fab3a1e093c3f6a03aba3", "sources/minato.html": "35b3a675d828330680fe916f8d4d8d70f46e37bf3ce02892808d840804305e7d", "sources/minato.json": "14ad60241e0cace4fc5ed51d30c0e016bab799f747b6d6f541d650d7cfd57e09", "sources/minato.rss": "335f07b348fb81f399a446ef49d5df4332ccf0b767b6b52c4fb06b273ac38faf"}', false),
	('source', 'hafen', 'Hafenblatt', 'hafen', 4, NULL, false, NULL, NULL, '{"#about": "d84a3f3792b25bea1bab5cf897debe5e", "sources/hafen.atom": "210e3de9dc44087ff6f5ec3995783cdce87757e918ffd95a117b51fbf49d37b6", "sources/hafen.html": "de4782a3655478566b1e48d95d06036160334c069838214fbd9048d234f5cfc9", "sources/hafen.json": "49f12facfef1af631a3eaf67112b500c7a4cf57f8e533e0e3cde2dda495f1fd5", "sources/hafen.rss": "06f90069ef6c8a1803cd079a741aed153665ecae97aef277d622c8c229a8d05c"}', false),
	('source', 'moulin', 'Le Moulin (fr)', 'moulin', 3, NULL, false, NULL, NULL, '{"#about": "dc42a99925afd1ba138165e436efd759", "sources/moulin.atom": "350aa3c9468a731b28ee3fdc70d27852f1e4ad700737cf8a577472e00218b355", "sources/moulin.html": "82d6f6e70bedd1607d5ca8c57b3c9b5aa8705a25264a8e414997683dff03f17c", "sources/moulin.json": "fe3558ed8b687e450f6fbb350d01b2ef9885271ec758304e84c127f1fe4dd334", "sources/moulin.rss": "7cb6c85965684165a1a277b374500c0812ab4116f2bb6cd94b92b2f53b8a0341"}', false),
	('source', 'gazette', 'Valley Gazette', 'gazette', 4, NULL, false, NULL, NULL, '{"#about": "9c3ee5aae9cec3a57f18a9a67494c614", "sources/gazette.atom": "30965f58eae576d6fd01694e752cb3d5e21cac3f20d85a0817607bccba25ca8e", "sources/gazette.html": "eadc9cd293f3e063854f7fce1f7efbc3b89ceca21406bba8684bd05b857f93e3", "sources/gazette.json": "46f8c651f6b28dcc3a69a85cb36fd2da49956bdee2cb2fb9bd393c5e7fb6106c", "sources/gazette.rss": "e96ed7aa590de5d09745e8a865a9f40a31b1b76d7a172f7dd0cfd30001ae175b"}', false),
	('source', 'pier', 'Pier Review', 'pier', 4, NULL, false, NULL, NULL, '{"#about": "c34c667399525bba6b1d4c06ac28c6c3", "sources/pier.atom": "ac8641178a958417fdcd64d9cd9a630bf708459981f131e2e85bdb9aa10126f3", "sources/pier.html": "37979466182f06bbfa9176bbc4ee2e83501ee2110b66dc4e74df2add159a091d", "sources/pier.json": "0c43f937cf4623d8424545a0e9f6271ce2c7b1e8840c1f1913780e7c88c88e5a", "sources/pier.rss": "048f5e71cb97f5fd45b7f5505f4e11196d22f24587788851fca0acaae1a15c0c"}', false),
	('tag', 'ropework', 'ropework', 'rope', 0, NULL, false, 'tag', 'cordage', '{"#about": "68dc6047a5b747c72fe9bd5f5240e07f", "tags/ropework.atom": "8877907a67b42a726c83cd1efc65fbd4924328ce647558104a87551ec99d34cd", "tags/ropework.html": "01a79d1d4d8358f66084ffab541ca74b8fe2d41ebb0f7011eff73aba75c80e46", "tags/ropework.json": "c7fc2d4b42175170a6f669282d710a21305e43334bca30f4bd271ea5133dd3bd", "tags/ropework.rss": "4c5d569f04eab42bd2d077d0370e4a20013332f5c0e9022891f8ebd8d71edb43"}', false),
	('source', 'wire', 'Mountain Wire', 'wire', 2, NULL, false, NULL, NULL, '{"#about": "69e082a626c676582667773aee8b48ea", "sources/wire.atom": "775ff6d476834bc451680ab3f9ff2c6b15dfc870629d669994f2780bb1bc0d5c", "sources/wire.html": "1f357aab0d4891e4d65cb026ce6a6521a67a6390b7f1e5f5ca2c2bf691dfda0d", "sources/wire.json": "60e124791339b6be28ed1212f3fb0da11f2c2db90799834967f32c8f1fd1ed7d", "sources/wire.rss": "01093858ef15f74188a3cd47d57873bae0c727c7455197e541c92338fa5e46ec"}', false),
	('source', 'digest', 'The Digest', 'digest', 7, NULL, false, NULL, NULL, '{"#about": "4f5f2077387bc112adc104c12898a629", "sources/digest.atom": "761e1c343d86ea5532a82eb6ec7cc40ce05fc7709dd4e2714a61d3750a4afe3a", "sources/digest.html": "fb3c872c7e13b2698180f0c93da896b7559858f9de53c7b71d8321b7a5bda279", "sources/digest.json": "99f5fb0d2810443d59347c4caa7a2a5ce7f04c359acd8ab0b7cc85b9562685b2", "sources/digest.rss": "e5722efe60798f8f12b6e2eb25af2c9131b75a95bdaec3fe1c184931e4b7ea16"}', false),
	('tag', 'crossings', 'crossings', 'bridges', 29, NULL, false, NULL, NULL, '{"#about": "d1323a0c74db844d5ee6c4d7072d692d", "archive/tags/crossings/2026-03.atom": "8c8f40d8a634d3685168432b213abfb0f50ed4c98100656eb5fa1e9131219fa6", "archive/tags/crossings/2026-03.atom#": "645984a089d977446cf03024d312c2d3", "archive/tags/crossings/2026-03.json": "985d82435693c8c629d949b3ae7da53bee6341a83a7ccc5229317794d6849742", "archive/tags/crossings/2026-04.00.atom": "dca75956dfcabb25e75bb5731825070a4b56b9e79b057748d6fa34949209fe41", "archive/tags/crossings/2026-04.00.atom#": "344c881f48ba0a9083eda1a6d385eabe", "archive/tags/crossings/2026-04.00.json": "9b3324f570322659a73c95219ea21ce91747576528ad8ec1f0894dd640e24a47", "archive/tags/crossings/2026-04.01.atom": "88fb76c18702d18a87610d7cfa797e33f8751190491dfd0286d7139c651df3ca", "archive/tags/crossings/2026-04.01.atom#": "83e61d6a81af4532359d8a630844a6da", "archive/tags/crossings/2026-04.01.json": "a278d31c4d57db52d178be07b0d2af8ee42da0864a13f2467ad1490a2736bc06", "archive/tags/crossings/2026-04.1.atom": "b8ddfc15b30896f6799d822518453b4e7d779df1fdbfe4d5cdda79dda5ce4aba", "archive/tags/crossings/2026-04.1.atom#": "91a19426d1138ae44c3335f2971a4985", "archive/tags/crossings/2026-04.1.json": "456f6dfb283b59f9da32b5ebe1296497e83fbcbaf542ce5fd85f5d6d9ef1a19b", "archive/tags/crossings/2026-04.atom#": "11-2048418438745-27934", "archive/tags/crossings/2026.html": "b764be4236589e8e52c3ae394723a43a", "tags/crossings.atom": "293e8803449030c71866c463029554429a697434658fd2b8e538a174acdcb916", "tags/crossings.html": "3ab944621d1ea4d02c604aa2288cab35fcde2da9496d6be417c9d4876bd53ebe", "tags/crossings.json": "6e2b65572c5d738b169ef488b41f9b81c0195b3732459d3b4ec563662f30a44d", "tags/crossings.rss": "e0593063e43ea7c8cb800ae2408060f459946efb6c4925166e2031b39f6dc344"}', false),
	('tag', 'fog', 'fog', 'fog', 1, NULL, false, NULL, NULL, '{"#about": "f3c60a26259647c86a0c62efd5542ebf", "archive/tags/fog/2026.html": "27ace10fbffb39e4b4adeca8ce71a8a1", "tags/fog.atom": "f91cfba2e76056227b26048572a335ad4f60f69d0306ef9aa5aa4c1ecddc5ab4", "tags/fog.html": "a076d56483ffe69af95a4e08a96a7d10a35df91ab441e4da92b31cd3905b6213", "tags/fog.json": "f44de66e7959d1edf53442fd76c190e2294442656e1a935ed639ca7797f175de", "tags/fog.rss": "0073ae92c69540c347df4e326563f6993fd311ff0257a42f7ec7d1aa3adc8f53"}', false),
	('tag', 'cordage', 'cordage', 'rope', 19, NULL, false, NULL, NULL, '{"#about": "0b5cf66d080a2c793fa14cd7aa0714b4", "archive/tags/cordage/2026-03.atom": "545d4f78b3352bf137a2bb67d0b38b4abad175f224e15a3330eac5de4dde2cd1", "archive/tags/cordage/2026-03.atom#": "180e2bfbf8aa9ffe3d17e6c0a62c90d3", "archive/tags/cordage/2026-03.json": "da1b37de71428069dfdbac412cd0d7b79784b675356facdcab676ec3f6120735", "archive/tags/cordage/2026-04.atom": "075c9de3a542ff66ffbfbfc250bd647a768128d0118ca3e126245fb67967bbea", "archive/tags/cordage/2026-04.atom#": "0ae79753333b087d06592a532e72f142", "archive/tags/cordage/2026-04.json": "78733f4fe29264776aeebab17a0cdfc7141591df440d483d663f57935f69ec81", "archive/tags/cordage/2026.html": "2156c07f68f6134122c14a28b05a34a3", "tags/cordage.atom": "8f7129b07e71304c948c2106410cc9b55574905adac73628524b42df4a4035c3", "tags/cordage.html": "8078743c4616c00aaac7faf840e38a90affbb78aa15e045d390176610d71769c", "tags/cordage.json": "16b6467de2488e3c455e2a92339e5bfceaccfa963fd0164d27ec635536d379f4", "tags/cordage.rss": "04298e6f6448e9473af56dd2e07ae174917b54b1dd3dc7122905baec8c409379"}', false);


--
-- Data for Name: followed; Type: TABLE DATA; Schema: aged; Owner: -
--



--
-- Data for Name: fragments; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.fragments VALUES
	('lc76deao7kn5sr4bdcygvpzq44', 'queries', '\x62613231323731626163366539656430'),
	('nggytyltj7o3yfmgzatjvvrgru', 'queries', '\x62613231323731626163366539656430'),
	('af6pbk2fnpntxqlk4we5tse5gu', 'queries', '\x62613231323731626163366539656430'),
	('figlx75bael7z5r6ostijdanks', 'queries', '\x62613231323731626163366539656430'),
	('qr6oeytjihvs67sc4rm4e4x62y', 'queries', '\x62613231323731626163366539656430'),
	('draftnoteaaaaaaaaaaaaaaaaa', 'queries', '\x62613231323731626163366539656430'),
	('ownnoteaaaaaaaaaaaaaaaaaaa', 'queries', '\x62613231323731626163366539656430'),
	('jjri22xne2rea5e4b65uevj52d', 'queries', '\x62613231323731626163366539656430'),
	('osihana5gxjfbzq56l2ypuj2ay', 'queries', '\x62613231323731626163366539656430'),
	('gklnugmpmta2gk3olbhwuml6si', 'queries', '\x62613231323731626163366539656430'),
	('uzbwyx6yytrq5lco3dwlapavyd', 'queries', '\x62613231323731626163366539656430'),
	('lnxugnysoos65bituoxuxnrvjk', 'queries', '\x62613231323731626163366539656430'),
	('zmambktuomph4penee62v5lnza', 'queries', '\x62613231323731626163366539656430'),
	('yvdjrusnua246mvsilf2uzfwrr', 'queries', '\x62613231323731626163366539656430'),
	('fajsyaoghqc2weicyogfucktej', 'queries', '\x62613231323731626163366539656430'),
	('gevispsxpxhamulw5kxlzztoxm', 'queries', '\x62613231323731626163366539656430'),
	('5dxckslv7ywqpxydgiacucre6s', 'queries', '\x62613231323731626163366539656430'),
	('63acmnaimw7z3cfqtrsgks7iyg', 'queries', '\x62613231323731626163366539656430'),
	('kang6obqgd4ano5nhecodealyh', 'queries', '\x62613231323731626163366539656430'),
	('fbsbyw7le4a37furwljzeeyrbh', 'queries', '\x62613231323731626163366539656430'),
	('tqjxb47vrzzyltigctm3m33if7', 'queries', '\x62613231323731626163366539656430'),
	('g57dhcprob4fcjybf4iqqdnqvn', 'queries', '\x62613231323731626163366539656430'),
	('ftrrql6nb6o276vsqkycngy6gm', 'queries', '\x62613231323731626163366539656430'),
	('7c5a3xoloqhiy2s6kjhbpqv2vu', 'queries', '\x62613231323731626163366539656430'),
	('y2zru7wgqu6cuyhphu4vqg25kb', 'queries', '\x62613231323731626163366539656430'),
	('pofnig4t5u4peowtknsr7hcwzk', 'queries', '\x62613231323731626163366539656430'),
	('ze73z3syrhrdoyiol3wfpgxllx', 'queries', '\x62613231323731626163366539656430'),
	('eaxosia56ciyiqjs3bededenza', 'queries', '\x62613231323731626163366539656430'),
	('sqojtc75uzwxrn4swmsmmwm4je', 'queries', '\x62613231323731626163366539656430'),
	('lh2mvxcrgubt2iallkrafljjys', 'queries', '\x62613231323731626163366539656430'),
	('qg2yzogdogmex6tgdz6zcmfy37', 'queries', '\x62613231323731626163366539656430'),
	('7v4nbcgwajtfvx2qhnlnhukxdv', 'queries', '\x62613231323731626163366539656430'),
	('racgp7okxthadkbvhmjyr6h6ny', 'queries', '\x62613231323731626163366539656430'),
	('fgjh4qxvcm3rn27ls6ru2e5xpy', 'queries', '\x62613231323731626163366539656430'),
	('opx7wsww7i6eruciqhahxukmm6', 'queries', '\x62613231323731626163366539656430'),
	('vokwpued7kepka63scar5slqq2', 'queries', '\x62613231323731626163366539656430'),
	('2lszkzrgv53gb2sqfjg3hubo5m', 'queries', '\x62613231323731626163366539656430'),
	('rj4ekdirndekojqtbbreuu5byw', 'queries', '\x62613231323731626163366539656430'),
	('sujaficsylnqwq33vix6bjil7w', 'queries', '\x62613231323731626163366539656430'),
	('actjqtjicxpbmtjaa5ffgv2cwj', 'queries', '\x62613231323731626163366539656430'),
	('eww2cy7kbz2kcbzrjx6fcs6crj', 'queries', '\x62613231323731626163366539656430'),
	('ekrbamfe2kemb3w43u3rwpbv7v', 'queries', '\x62613231323731626163366539656430'),
	('shpeswkb3woeojcpkluda4lahy', 'queries', '\x62613231323731626163366539656430'),
	('onw34yow4rxr5xtxgggmr5wekn', 'queries', '\x62613231323731626163366539656430'),
	('5v6c5t6q3m3vui2kny6yrszy64', 'queries', '\x62613231323731626163366539656430'),
	('6dpiudxcqw5fldcglildylaoyi', 'queries', '\x62613231323731626163366539656430'),
	('tnvpuyqowklusfwwo25v3x4rfc', 'queries', '\x62613231323731626163366539656430'),
	('kcv2xseie6culg5m2xsmxfzwkk', 'queries', '\x62613231323731626163366539656430'),
	('z6zkibpdwilehzguccokotnbfz', 'queries', '\x62613231323731626163366539656430'),
	('pcjok5qenjfrghieivaazu2xiq', 'queries', '\x62613231323731626163366539656430'),
	('qmnmupfytfiaysuuknyihglijj', 'queries', '\x62613231323731626163366539656430'),
	('jnkez2sv5d2qhbdicvr3p3npwv', 'queries', '\x62613231323731626163366539656430'),
	('zrk72rjoceea24paz3fs3jato7', 'queries', '\x62613231323731626163366539656430'),
	('z56rhyzejok5ufyms25xv23c4e', 'queries', '\x62613231323731626163366539656430'),
	('l7thpiuva5xnomgnt2fbcwqrqh', 'queries', '\x62613231323731626163366539656430'),
	('a2n7xgptk5pbt5c6z73av2ryrt', 'queries', '\x62613231323731626163366539656430'),
	('e3vttxkcesataay7gel2e6fzrh', 'queries', '\x62613231323731626163366539656430'),
	('xorqnv6c4655vojmotua6g4rcy', 'queries', '\x62613231323731626163366539656430'),
	('hm3zvame26vv52fu3nuezgnzuo', 'queries', '\x62613231323731626163366539656430'),
	('pvkbdntmad627b3ddm6jzgrv7w', 'queries', '\x62613231323731626163366539656430'),
	('lbo3wh2yvybmrqi5ogq6ikco5k', 'queries', '\x62613231323731626163366539656430'),
	('ty3a77ck5vb4r4yabxz6ubbng2', 'queries', '\x62613231323731626163366539656430');


--
-- Data for Name: hosts; Type: TABLE DATA; Schema: aged; Owner: -
--



--
-- Data for Name: html; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.html VALUES
	('jnkez2sv5d2qhbdicvr3p3npwv', '<p>A radio amateur repaired the weather log on the first dry Tuesday, and wrote 497 lines about it. It is a story about glaze as much as about the tide gauge. A second attempt is planned for 2022, provided that the oldest carpenter agrees. Whoever wants to see the signal lamp should come in the week of the fair and bring boots. The figures differ: 25 by one account, 14 by the other. The harbour master painted eleven oak beams during the long calm, at a cost of 31 crowns.</p>
<p>The harbour master gave away the old dredger''s bell in the week of the fair, for the benefit of the new apprentices. It is a story about sails as much as about the northern slipway. Whoever wants to see the northern slipway should come at slack water and bring boots. The ledger for 1922 mentions the winter moorings and nothing else. The ledger for 2013 mentions the tide gauge and nothing else. The bridge inspector sketched the winter moorings on the first dry Tuesday, with 8 borrowed clamps.</p>
<p>The school''s sailing class took apart a model of the swing bridge while the ferry waited, and found 6 mistakes. Of 478 visitors only 10 noticed that six glazed tiles had been moved. Nobody could say whether the lock keeper or a retired ferry pilot had the better claim to the old dredger''s bell. Nobody could say whether the lock keeper or the night watch had the better claim to the old dredger''s bell. The rope maker''s daughter tested the signal lamp while the ferry waited, although the drawings said otherwise.</p>
'),
	('q3rpx5t6zwx3udwl5peiikzn6f', '<p>The museum''s archivist took apart a model of the swing bridge during the long calm, because nobody else would. It is a story about sails as much as about the signal lamp. “We would do it again,” the lock keeper said before breakfast, pointing at the tide gauge. It took 17 days and 30 nails, and the harbour master kept the receipts. Whoever wants to see the millrace gate should come as the fog lifted and bring boots. Three volunteers described the tide gauge at slack water, with 6 borrowed clamps.</p>
<p>Two apprentices sketched a chart of the estuary as the fog lifted, without asking the council. It is a story about glaze as much as about an unfired jar. It took 19 days and 491 nails, and three volunteers kept the receipts. Nobody could say whether the bridge inspector or the school''s sailing class had the better claim to the tide gauge. Whoever wants to see the millrace gate should come after the second storm and bring boots. Three volunteers hung up a chart of the estuary on a dare, for the benefit of the new apprentices.</p>
<p>The oldest carpenter painted the millrace gate at slack water, so that the next crew need not guess. The figures differ: 161 by one account, 15 by the other. It took 11 days and 889 nails, and a retired ferry pilot kept the receipts. The figures differ: 512 by one account, 13 by the other. A visiting potter lowered the winter moorings after the second storm, so that the next crew need not guess.</p>
'),
	('5v6c5t6q3m3vui2kny6yrszy64', '<p>A surveyor from the hills painted a chart of the estuary after the second storm, without asking the council. It is a story about glaze as much as about an unfired jar. Whoever wants to see eleven oak beams should come after the second storm and bring boots. A second attempt is planned for 1983, provided that the school''s sailing class agrees. What a visiting potter remembers best is how quiet it was shortly before dusk. A surveyor from the hills painted the millrace gate on a dare, with 14 borrowed clamps.</p>
<p>The rope maker''s daughter painted the northern slipway during the long calm, at a cost of 238 crowns. It is a story about sails as much as about eleven oak beams. “We would do it again,” the bridge inspector said after the second storm, pointing at a model of the swing bridge. The figures differ: 402 by one account, 13 by the other. What the lock keeper remembers best is how quiet it was before breakfast. The museum''s archivist counted six glazed tiles on a dare, although the drawings said otherwise.</p>
<p>A visiting potter took apart the old dredger''s bell before breakfast, and wrote 674 lines about it. “We would do it again,” a retired ferry pilot said after the second storm, pointing at the millrace gate. What the lock keeper remembers best is how quiet it was on the first dry Tuesday. Of 348 visitors only 18 noticed that the northern slipway had been moved. Three volunteers weighed the weather log after the second storm, because nobody else would.</p>
'),
	('eww2cy7kbz2kcbzrjx6fcs6crj', '<p>The school''s sailing class hung up the northern slipway during the long calm, at a cost of 618 crowns. It is a story about sails as much as about the millrace gate. “We would do it again,” a surveyor from the hills said as the fog lifted, pointing at eleven oak beams. What three volunteers remembers best is how quiet it was while the ferry waited. Nobody could say whether the rope maker''s daughter or the harbour master had the better claim to the tide gauge. The lock keeper painted six glazed tiles at slack water, so that the next crew need not guess.</p>
<p>The school''s sailing class gave away the signal lamp shortly before dusk, with 9 borrowed clamps. It is a story about glaze as much as about the weather log. The ledger for 1962 mentions a crate of brass pulleys and nothing else. What a visiting potter remembers best is how quiet it was on a dare. What the bridge inspector remembers best is how quiet it was while the ferry waited. A surveyor from the hills measured the tide gauge at slack water, at a cost of 648 crowns.</p>
<p>The school''s sailing class gave away the weather log while the ferry waited, without asking the council. Of 508 visitors only 9 noticed that the northern slipway had been moved. It took 4 days and 38 nails, and a retired ferry pilot kept the receipts. A second attempt is planned for 1906, provided that the lock keeper agrees. The rope maker''s daughter sketched the signal lamp shortly before dusk, and found 8 mistakes.</p>
<p>The museum''s archivist described the old dredger''s bell on a dare, so that the next crew need not guess. Of 779 visitors only 18 noticed that the northern slipway had been moved. A second attempt is planned for 2020, provided that the oldest carpenter agrees. The figures differ: 507 by one account, 3 by the other. A radio amateur photographed the old dredger''s bell before breakfast, to settle an argument.</p>
'),
	('z56rhyzejok5ufyms25xv23c4e', '<p>The harbour master took apart an unfired jar shortly before dusk, so that the next crew need not guess. It is a story about sails as much as about the signal lamp. “We would do it again,” three volunteers said shortly before dusk, pointing at a model of the swing bridge. The ledger for 2006 mentions six glazed tiles and nothing else. Nobody could say whether a surveyor from the hills or the harbour master had the better claim to the winter moorings. A retired ferry pilot tested the signal lamp at slack water, and wrote 191 lines about it.</p>
<p>A surveyor from the hills lowered the northern slipway during the long calm, because nobody else would. It is a story about glaze as much as about the signal lamp. The ledger for 1904 mentions a coil of tarred line and nothing else. Of 378 visitors only 19 noticed that a model of the swing bridge had been moved. “We would do it again,” the rope maker''s daughter said before breakfast, pointing at the old dredger''s bell. The museum''s archivist measured eleven oak beams as the fog lifted, because nobody else would.</p>
<p>A radio amateur repaired the signal lamp as the fog lifted, for the benefit of the new apprentices. It took 3 days and 137 nails, and the lock keeper kept the receipts. It took 15 days and 412 nails, and the lock keeper kept the receipts. “We would do it again,” the night watch said on the first dry Tuesday, pointing at six glazed tiles. The bridge inspector took apart the tide gauge on the first dry Tuesday, so that the next crew need not guess.</p>
'),
	('ty3a77ck5vb4r4yabxz6ubbng2', '<p>Three volunteers tested the old dredger''s bell in the week of the fair, for the benefit of the new apprentices. It is a story about glaze as much as about a crate of brass pulleys. Whoever wants to see the old dredger''s bell should come after the second storm and bring boots. What a radio amateur remembers best is how quiet it was shortly before dusk. Of 584 visitors only 10 noticed that an unfired jar had been moved. The bridge inspector painted eleven oak beams before breakfast, because nobody else would.</p>
<p>The night watch gave away a chart of the estuary on the first dry Tuesday, although the drawings said otherwise. It is a story about sails as much as about an unfired jar. What the bridge inspector remembers best is how quiet it was as the fog lifted. The figures differ: 629 by one account, 14 by the other. A second attempt is planned for 2023, provided that the night watch agrees. The museum''s archivist counted six glazed tiles on the first dry Tuesday, although the drawings said otherwise.</p>
<p>A visiting potter gave away an unfired jar during the long calm, because nobody else would. The figures differ: 625 by one account, 5 by the other. Nobody could say whether a radio amateur or two apprentices had the better claim to eleven oak beams. Nobody could say whether the lock keeper or a surveyor from the hills had the better claim to the old dredger''s bell. The oldest carpenter gave away the winter moorings at slack water, and wrote 636 lines about it.</p>
');


--
-- Data for Name: hub_tallies; Type: TABLE DATA; Schema: aged; Owner: -
--



--
-- Data for Name: llm_answers; Type: TABLE DATA; Schema: aged; Owner: -
--



--
-- Data for Name: llm_asked; Type: TABLE DATA; Schema: aged; Owner: -
--



--
-- Data for Name: members; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.members VALUES
	('ty3a77ck5vb4r4yabxz6ubbng2', 'all', 'all', 1779883200000000, 1779867720000000),
	('lbo3wh2yvybmrqi5ogq6ikco5k', 'all', 'all', 1779364800000000, 1779350160000000),
	('pvkbdntmad627b3ddm6jzgrv7w', 'all', 'all', 1779364800000000, 1779261660000000),
	('hm3zvame26vv52fu3nuezgnzuo', 'all', 'all', 1779192000000000, 1779088860000000),
	('a2n7xgptk5pbt5c6z73av2ryrt', 'all', 'all', 1778846400000000, 1778829660000000),
	('e3vttxkcesataay7gel2e6fzrh', 'all', 'all', 1778846400000000, 1778744520000000),
	('z56rhyzejok5ufyms25xv23c4e', 'all', 'all', 1778673600000000, 1778657700000000),
	('l7thpiuva5xnomgnt2fbcwqrqh', 'all', 'all', 1778673600000000, 1778570040000000),
	('zrk72rjoceea24paz3fs3jato7', 'all', 'all', 1778328000000000, 1778312100000000),
	('vokwpued7kepka63scar5slqq2', 'all', 'all', 1777809600000000, 1777794120000000),
	('2lszkzrgv53gb2sqfjg3hubo5m', 'all', 'all', 1777809600000000, 1777707300000000),
	('xorqnv6c4655vojmotua6g4rcy', 'all', 'all', 1777636800000000, 1777621320000000),
	('opx7wsww7i6eruciqhahxukmm6', 'all', 'all', 1777464000000000, 1777448100000000),
	('fgjh4qxvcm3rn27ls6ru2e5xpy', 'all', 'all', 1777291200000000, 1777188480000000),
	('lnxugnysoos65bituoxuxnrvjk', 'all', 'all', 1777118400000000, 1777014420000000),
	('rj4ekdirndekojqtbbreuu5byw', 'all', 'all', 1776772800000000, 1776756900000000),
	('yvdjrusnua246mvsilf2uzfwrr', 'all', 'all', 1776772800000000, 1776755640000000),
	('sujaficsylnqwq33vix6bjil7w', 'all', 'all', 1776772800000000, 1776670080000000),
	('uzbwyx6yytrq5lco3dwlapavyd', 'all', 'all', 1776600000000000, 1776496440000000),
	('fajsyaoghqc2weicyogfucktej', 'all', 'all', 1776427200000000, 1776410040000000),
	('actjqtjicxpbmtjaa5ffgv2cwj', 'all', 'all', 1776427200000000, 1772521200000000),
	('eww2cy7kbz2kcbzrjx6fcs6crj', 'all', 'all', 1776254400000000, 1776237660000000),
	('gevispsxpxhamulw5kxlzztoxm', 'all', 'all', 1776254400000000, 1776150420000000),
	('qr6oeytjihvs67sc4rm4e4x62y', 'all', 'all', 1776081600000000, 1775978040000000),
	('ekrbamfe2kemb3w43u3rwpbv7v', 'all', 'all', 1775736000000000, 1775632860000000),
	('5dxckslv7ywqpxydgiacucre6s', 'all', 'all', 1775563200000000, 1775546880000000),
	('draftnoteaaaaaaaaaaaaaaaaa', 'all', 'all', 1775469600000000, -4611686018427387904),
	('ownnoteaaaaaaaaaaaaaaaaaaa', 'all', 'all', 1775469600000000, -4611686018427387904),
	('63acmnaimw7z3cfqtrsgks7iyg', 'all', 'all', 1775390400000000, 1775374500000000),
	('shpeswkb3woeojcpkluda4lahy', 'all', 'all', 1775217600000000, 1775113200000000),
	('onw34yow4rxr5xtxgggmr5wekn', 'all', 'all', 1775044800000000, 1775028060000000),
	('5v6c5t6q3m3vui2kny6yrszy64', 'all', 'all', 1775044800000000, 1775027640000000),
	('kang6obqgd4ano5nhecodealyh', 'all', 'all', 1775044800000000, 1774941240000000),
	('fbsbyw7le4a37furwljzeeyrbh', 'all', 'all', 1774872000000000, 1774768020000000),
	('6dpiudxcqw5fldcglildylaoyi', 'all', 'all', 1774699200000000, 1774681620000000),
	('tqjxb47vrzzyltigctm3m33if7', 'all', 'all', 1774699200000000, 1774681620000000),
	('tnvpuyqowklusfwwo25v3x4rfc', 'all', 'all', 1774699200000000, 1774595640000000),
	('kcv2xseie6culg5m2xsmxfzwkk', 'all', 'all', 1774526400000000, 1774422420000000),
	('z6zkibpdwilehzguccokotnbfz', 'all', 'all', 1774180800000000, 1774163640000000),
	('figlx75bael7z5r6ostijdanks', 'all', 'all', 1774180800000000, 1774163220000000),
	('g57dhcprob4fcjybf4iqqdnqvn', 'all', 'all', 1773835200000000, 1773730800000000),
	('jjri22xne2rea5e4b65uevj52d', 'all', 'all', 1773662400000000, 1773645660000000),
	('pcjok5qenjfrghieivaazu2xiq', 'all', 'all', 1773662400000000, 1773558420000000),
	('osihana5gxjfbzq56l2ypuj2ay', 'all', 'all', 1773489600000000, 1773471600000000),
	('qmnmupfytfiaysuuknyihglijj', 'all', 'all', 1773489600000000, 1773385200000000),
	('ftrrql6nb6o276vsqkycngy6gm', 'all', 'all', 1773316800000000, 1773300480000000),
	('7c5a3xoloqhiy2s6kjhbpqv2vu', 'all', 'all', 1773144000000000, 1773126000000000),
	('y2zru7wgqu6cuyhphu4vqg25kb', 'all', 'all', 1773144000000000, 1773039600000000),
	('nggytyltj7o3yfmgzatjvvrgru', 'all', 'all', 1772971200000000, 1772953200000000),
	('zmambktuomph4penee62v5lnza', 'all', 'all', 1772971200000000, 1772867220000000),
	('af6pbk2fnpntxqlk4we5tse5gu', 'all', 'all', 1772971200000000, 1772866800000000),
	('pofnig4t5u4peowtknsr7hcwzk', 'all', 'all', 1772798400000000, 1772582400000000),
	('jnkez2sv5d2qhbdicvr3p3npwv', 'all', 'all', 1772625600000000, 1772607600000000),
	('ze73z3syrhrdoyiol3wfpgxllx', 'all', 'all', 1772452800000000, 1772434800000000),
	('eaxosia56ciyiqjs3bededenza', 'all', 'all', 1772452800000000, 1771744860000000),
	('gklnugmpmta2gk3olbhwuml6si', 'all', 'all', 1772452800000000, 1771571640000000),
	('sqojtc75uzwxrn4swmsmmwm4je', 'all', 'all', 1772452800000000, 1771398840000000),
	('lh2mvxcrgubt2iallkrafljjys', 'all', 'all', 1772452800000000, 1771225200000000),
	('qg2yzogdogmex6tgdz6zcmfy37', 'all', 'all', 1772452800000000, 1771052820000000),
	('7v4nbcgwajtfvx2qhnlnhukxdv', 'all', 'all', 1772452800000000, 1770706800000000),
	('racgp7okxthadkbvhmjyr6h6ny', 'all', 'all', 1772452800000000, 1769842800000000),
	('lc76deao7kn5sr4bdcygvpzq44', 'all', 'all', 1771675200000000, 1771574400000000),
	('lbo3wh2yvybmrqi5ogq6ikco5k', 'category', 'sea', 1779364800000000, 1779350160000000),
	('a2n7xgptk5pbt5c6z73av2ryrt', 'category', 'sea', 1778846400000000, 1778829660000000),
	('l7thpiuva5xnomgnt2fbcwqrqh', 'category', 'sea', 1778673600000000, 1778570040000000),
	('zrk72rjoceea24paz3fs3jato7', 'category', 'sea', 1778328000000000, 1778312100000000),
	('2lszkzrgv53gb2sqfjg3hubo5m', 'category', 'sea', 1777809600000000, 1777707300000000),
	('xorqnv6c4655vojmotua6g4rcy', 'category', 'sea', 1777636800000000, 1777621320000000),
	('opx7wsww7i6eruciqhahxukmm6', 'category', 'sea', 1777464000000000, 1777448100000000),
	('fgjh4qxvcm3rn27ls6ru2e5xpy', 'category', 'sea', 1777291200000000, 1777188480000000),
	('lnxugnysoos65bituoxuxnrvjk', 'category', 'sea', 1777118400000000, 1777014420000000),
	('rj4ekdirndekojqtbbreuu5byw', 'category', 'sea', 1776772800000000, 1776756900000000),
	('sujaficsylnqwq33vix6bjil7w', 'category', 'sea', 1776772800000000, 1776670080000000),
	('eww2cy7kbz2kcbzrjx6fcs6crj', 'category', 'sea', 1776254400000000, 1776237660000000),
	('gevispsxpxhamulw5kxlzztoxm', 'category', 'sea', 1776254400000000, 1776150420000000),
	('ekrbamfe2kemb3w43u3rwpbv7v', 'category', 'sea', 1775736000000000, 1775632860000000),
	('5dxckslv7ywqpxydgiacucre6s', 'category', 'sea', 1775563200000000, 1775546880000000),
	('draftnoteaaaaaaaaaaaaaaaaa', 'category', 'sea', 1775469600000000, -4611686018427387904),
	('ownnoteaaaaaaaaaaaaaaaaaaa', 'category', 'sea', 1775469600000000, -4611686018427387904),
	('63acmnaimw7z3cfqtrsgks7iyg', 'category', 'sea', 1775390400000000, 1775374500000000),
	('shpeswkb3woeojcpkluda4lahy', 'category', 'sea', 1775217600000000, 1775113200000000),
	('onw34yow4rxr5xtxgggmr5wekn', 'category', 'sea', 1775044800000000, 1775028060000000),
	('5v6c5t6q3m3vui2kny6yrszy64', 'category', 'sea', 1775044800000000, 1775027640000000),
	('kang6obqgd4ano5nhecodealyh', 'category', 'sea', 1775044800000000, 1774941240000000),
	('fbsbyw7le4a37furwljzeeyrbh', 'category', 'sea', 1774872000000000, 1774768020000000),
	('6dpiudxcqw5fldcglildylaoyi', 'category', 'sea', 1774699200000000, 1774681620000000),
	('tnvpuyqowklusfwwo25v3x4rfc', 'category', 'sea', 1774699200000000, 1774595640000000),
	('z6zkibpdwilehzguccokotnbfz', 'category', 'sea', 1774180800000000, 1774163640000000),
	('g57dhcprob4fcjybf4iqqdnqvn', 'category', 'sea', 1773835200000000, 1773730800000000),
	('jjri22xne2rea5e4b65uevj52d', 'category', 'sea', 1773662400000000, 1773645660000000),
	('osihana5gxjfbzq56l2ypuj2ay', 'category', 'sea', 1773489600000000, 1773471600000000),
	('ftrrql6nb6o276vsqkycngy6gm', 'category', 'sea', 1773316800000000, 1773300480000000),
	('zmambktuomph4penee62v5lnza', 'category', 'sea', 1772971200000000, 1772867220000000),
	('pofnig4t5u4peowtknsr7hcwzk', 'category', 'sea', 1772798400000000, 1772582400000000),
	('ze73z3syrhrdoyiol3wfpgxllx', 'category', 'sea', 1772452800000000, 1772434800000000),
	('eaxosia56ciyiqjs3bededenza', 'category', 'sea', 1772452800000000, 1771744860000000),
	('gklnugmpmta2gk3olbhwuml6si', 'category', 'sea', 1772452800000000, 1771571640000000),
	('sqojtc75uzwxrn4swmsmmwm4je', 'category', 'sea', 1772452800000000, 1771398840000000),
	('lh2mvxcrgubt2iallkrafljjys', 'category', 'sea', 1772452800000000, 1771225200000000),
	('qg2yzogdogmex6tgdz6zcmfy37', 'category', 'sea', 1772452800000000, 1771052820000000),
	('7v4nbcgwajtfvx2qhnlnhukxdv', 'category', 'sea', 1772452800000000, 1770706800000000),
	('racgp7okxthadkbvhmjyr6h6ny', 'category', 'sea', 1772452800000000, 1769842800000000),
	('pvkbdntmad627b3ddm6jzgrv7w', 'category', 'uncategorised', 1779364800000000, 1779261660000000),
	('hm3zvame26vv52fu3nuezgnzuo', 'category', 'uncategorised', 1779192000000000, 1779088860000000),
	('vokwpued7kepka63scar5slqq2', 'category', 'uncategorised', 1777809600000000, 1777794120000000),
	('yvdjrusnua246mvsilf2uzfwrr', 'category', 'uncategorised', 1776772800000000, 1776755640000000),
	('uzbwyx6yytrq5lco3dwlapavyd', 'category', 'uncategorised', 1776600000000000, 1776496440000000),
	('actjqtjicxpbmtjaa5ffgv2cwj', 'category', 'uncategorised', 1776427200000000, 1772521200000000),
	('qr6oeytjihvs67sc4rm4e4x62y', 'category', 'uncategorised', 1776081600000000, 1775978040000000),
	('tqjxb47vrzzyltigctm3m33if7', 'category', 'uncategorised', 1774699200000000, 1774681620000000),
	('kcv2xseie6culg5m2xsmxfzwkk', 'category', 'uncategorised', 1774526400000000, 1774422420000000),
	('figlx75bael7z5r6ostijdanks', 'category', 'uncategorised', 1774180800000000, 1774163220000000),
	('pcjok5qenjfrghieivaazu2xiq', 'category', 'uncategorised', 1773662400000000, 1773558420000000),
	('y2zru7wgqu6cuyhphu4vqg25kb', 'category', 'uncategorised', 1773144000000000, 1773039600000000),
	('nggytyltj7o3yfmgzatjvvrgru', 'category', 'uncategorised', 1772971200000000, 1772953200000000),
	('af6pbk2fnpntxqlk4we5tse5gu', 'category', 'uncategorised', 1772971200000000, 1772866800000000),
	('ty3a77ck5vb4r4yabxz6ubbng2', 'category', 'workshop', 1779883200000000, 1779867720000000),
	('e3vttxkcesataay7gel2e6fzrh', 'category', 'workshop', 1778846400000000, 1778744520000000),
	('z56rhyzejok5ufyms25xv23c4e', 'category', 'workshop', 1778673600000000, 1778657700000000),
	('fajsyaoghqc2weicyogfucktej', 'category', 'workshop', 1776427200000000, 1776410040000000),
	('qmnmupfytfiaysuuknyihglijj', 'category', 'workshop', 1773489600000000, 1773385200000000),
	('7c5a3xoloqhiy2s6kjhbpqv2vu', 'category', 'workshop', 1773144000000000, 1773126000000000),
	('jnkez2sv5d2qhbdicvr3p3npwv', 'category', 'workshop', 1772625600000000, 1772607600000000),
	('lc76deao7kn5sr4bdcygvpzq44', 'category', 'workshop', 1771675200000000, 1771574400000000),
	('z56rhyzejok5ufyms25xv23c4e', 'query', 'brandt', 1778673600000000, 1778657700000000),
	('vokwpued7kepka63scar5slqq2', 'query', 'brandt', 1777809600000000, 1777794120000000),
	('yvdjrusnua246mvsilf2uzfwrr', 'query', 'brandt', 1776772800000000, 1776755640000000),
	('fajsyaoghqc2weicyogfucktej', 'query', 'brandt', 1776427200000000, 1776410040000000),
	('qr6oeytjihvs67sc4rm4e4x62y', 'query', 'brandt', 1776081600000000, 1775978040000000),
	('onw34yow4rxr5xtxgggmr5wekn', 'query', 'brandt', 1775044800000000, 1775028060000000),
	('tqjxb47vrzzyltigctm3m33if7', 'query', 'brandt', 1774699200000000, 1774681620000000),
	('z6zkibpdwilehzguccokotnbfz', 'query', 'brandt', 1774180800000000, 1774163640000000),
	('nggytyltj7o3yfmgzatjvvrgru', 'query', 'brandt', 1772971200000000, 1772953200000000),
	('jnkez2sv5d2qhbdicvr3p3npwv', 'query', 'brandt', 1772625600000000, 1772607600000000),
	('eaxosia56ciyiqjs3bededenza', 'query', 'brandt', 1772452800000000, 1771744860000000),
	('lbo3wh2yvybmrqi5ogq6ikco5k', 'query', 'rope-at-sea', 1779364800000000, 1779350160000000),
	('e3vttxkcesataay7gel2e6fzrh', 'query', 'rope-at-sea', 1778846400000000, 1778744520000000),
	('2lszkzrgv53gb2sqfjg3hubo5m', 'query', 'rope-at-sea', 1777809600000000, 1777707300000000),
	('xorqnv6c4655vojmotua6g4rcy', 'query', 'rope-at-sea', 1777636800000000, 1777621320000000),
	('rj4ekdirndekojqtbbreuu5byw', 'query', 'rope-at-sea', 1776772800000000, 1776756900000000),
	('sujaficsylnqwq33vix6bjil7w', 'query', 'rope-at-sea', 1776772800000000, 1776670080000000),
	('actjqtjicxpbmtjaa5ffgv2cwj', 'query', 'rope-at-sea', 1776427200000000, 1772521200000000),
	('eww2cy7kbz2kcbzrjx6fcs6crj', 'query', 'rope-at-sea', 1776254400000000, 1776237660000000),
	('ekrbamfe2kemb3w43u3rwpbv7v', 'query', 'rope-at-sea', 1775736000000000, 1775632860000000),
	('shpeswkb3woeojcpkluda4lahy', 'query', 'rope-at-sea', 1775217600000000, 1775113200000000),
	('onw34yow4rxr5xtxgggmr5wekn', 'query', 'rope-at-sea', 1775044800000000, 1775028060000000),
	('5v6c5t6q3m3vui2kny6yrszy64', 'query', 'rope-at-sea', 1775044800000000, 1775027640000000),
	('6dpiudxcqw5fldcglildylaoyi', 'query', 'rope-at-sea', 1774699200000000, 1774681620000000),
	('tnvpuyqowklusfwwo25v3x4rfc', 'query', 'rope-at-sea', 1774699200000000, 1774595640000000),
	('kcv2xseie6culg5m2xsmxfzwkk', 'query', 'rope-at-sea', 1774526400000000, 1774422420000000),
	('z6zkibpdwilehzguccokotnbfz', 'query', 'rope-at-sea', 1774180800000000, 1774163640000000),
	('pcjok5qenjfrghieivaazu2xiq', 'query', 'rope-at-sea', 1773662400000000, 1773558420000000),
	('qmnmupfytfiaysuuknyihglijj', 'query', 'rope-at-sea', 1773489600000000, 1773385200000000),
	('jnkez2sv5d2qhbdicvr3p3npwv', 'query', 'rope-at-sea', 1772625600000000, 1772607600000000),
	('vokwpued7kepka63scar5slqq2', 'source', 'almanac', 1777809600000000, 1777794120000000),
	('63acmnaimw7z3cfqtrsgks7iyg', 'source', 'almanac', 1775390400000000, 1775374500000000),
	('ftrrql6nb6o276vsqkycngy6gm', 'source', 'almanac', 1773316800000000, 1773300480000000),
	('eaxosia56ciyiqjs3bededenza', 'source', 'almanac', 1772452800000000, 1771744860000000),
	('sqojtc75uzwxrn4swmsmmwm4je', 'source', 'almanac', 1772452800000000, 1771398840000000),
	('qg2yzogdogmex6tgdz6zcmfy37', 'source', 'almanac', 1772452800000000, 1771052820000000),
	('7v4nbcgwajtfvx2qhnlnhukxdv', 'source', 'almanac', 1772452800000000, 1770706800000000),
	('rj4ekdirndekojqtbbreuu5byw', 'source', 'digest', 1776772800000000, 1776756900000000),
	('uzbwyx6yytrq5lco3dwlapavyd', 'source', 'digest', 1776600000000000, 1776496440000000),
	('fajsyaoghqc2weicyogfucktej', 'source', 'digest', 1776427200000000, 1776410040000000),
	('ekrbamfe2kemb3w43u3rwpbv7v', 'source', 'digest', 1775736000000000, 1775632860000000),
	('shpeswkb3woeojcpkluda4lahy', 'source', 'digest', 1775217600000000, 1775113200000000),
	('kcv2xseie6culg5m2xsmxfzwkk', 'source', 'digest', 1774526400000000, 1774422420000000),
	('z6zkibpdwilehzguccokotnbfz', 'source', 'digest', 1774180800000000, 1774163640000000),
	('lbo3wh2yvybmrqi5ogq6ikco5k', 'source', 'ferry', 1779364800000000, 1779350160000000),
	('xorqnv6c4655vojmotua6g4rcy', 'source', 'ferry', 1777636800000000, 1777621320000000),
	('rj4ekdirndekojqtbbreuu5byw', 'source', 'ferry', 1776772800000000, 1776756900000000),
	('onw34yow4rxr5xtxgggmr5wekn', 'source', 'ferry', 1775044800000000, 1775028060000000),
	('z6zkibpdwilehzguccokotnbfz', 'source', 'ferry', 1774180800000000, 1774163640000000),
	('ze73z3syrhrdoyiol3wfpgxllx', 'source', 'ferry', 1772452800000000, 1772434800000000),
	('a2n7xgptk5pbt5c6z73av2ryrt', 'source', 'gazette', 1778846400000000, 1778829660000000),
	('fajsyaoghqc2weicyogfucktej', 'source', 'gazette', 1776427200000000, 1776410040000000),
	('fbsbyw7le4a37furwljzeeyrbh', 'source', 'gazette', 1774872000000000, 1774768020000000),
	('7c5a3xoloqhiy2s6kjhbpqv2vu', 'source', 'gazette', 1773144000000000, 1773126000000000),
	('hm3zvame26vv52fu3nuezgnzuo', 'source', 'hafen', 1779192000000000, 1779088860000000),
	('qr6oeytjihvs67sc4rm4e4x62y', 'source', 'hafen', 1776081600000000, 1775978040000000),
	('kcv2xseie6culg5m2xsmxfzwkk', 'source', 'hafen', 1774526400000000, 1774422420000000),
	('af6pbk2fnpntxqlk4we5tse5gu', 'source', 'hafen', 1772971200000000, 1772866800000000),
	('racgp7okxthadkbvhmjyr6h6ny', 'source', 'kiln', 1772452800000000, 1769842800000000),
	('ty3a77ck5vb4r4yabxz6ubbng2', 'source', 'lamp', 1779883200000000, 1779867720000000),
	('z56rhyzejok5ufyms25xv23c4e', 'source', 'lamp', 1778673600000000, 1778657700000000),
	('eww2cy7kbz2kcbzrjx6fcs6crj', 'source', 'lamp', 1776254400000000, 1776237660000000),
	('5v6c5t6q3m3vui2kny6yrszy64', 'source', 'lamp', 1775044800000000, 1775027640000000),
	('jnkez2sv5d2qhbdicvr3p3npwv', 'source', 'lamp', 1772625600000000, 1772607600000000),
	('e3vttxkcesataay7gel2e6fzrh', 'source', 'loft', 1778846400000000, 1778744520000000),
	('2lszkzrgv53gb2sqfjg3hubo5m', 'source', 'loft', 1777809600000000, 1777707300000000),
	('sujaficsylnqwq33vix6bjil7w', 'source', 'loft', 1776772800000000, 1776670080000000),
	('actjqtjicxpbmtjaa5ffgv2cwj', 'source', 'loft', 1776427200000000, 1772521200000000),
	('ekrbamfe2kemb3w43u3rwpbv7v', 'source', 'loft', 1775736000000000, 1775632860000000),
	('tnvpuyqowklusfwwo25v3x4rfc', 'source', 'loft', 1774699200000000, 1774595640000000),
	('pcjok5qenjfrghieivaazu2xiq', 'source', 'loft', 1773662400000000, 1773558420000000),
	('pvkbdntmad627b3ddm6jzgrv7w', 'source', 'minato', 1779364800000000, 1779261660000000),
	('uzbwyx6yytrq5lco3dwlapavyd', 'source', 'minato', 1776600000000000, 1776496440000000),
	('figlx75bael7z5r6ostijdanks', 'source', 'minato', 1774180800000000, 1774163220000000),
	('nggytyltj7o3yfmgzatjvvrgru', 'source', 'minato', 1772971200000000, 1772953200000000),
	('yvdjrusnua246mvsilf2uzfwrr', 'source', 'moulin', 1776772800000000, 1776755640000000);
INSERT INTO aged.members VALUES
	('tqjxb47vrzzyltigctm3m33if7', 'source', 'moulin', 1774699200000000, 1774681620000000),
	('y2zru7wgqu6cuyhphu4vqg25kb', 'source', 'moulin', 1773144000000000, 1773039600000000),
	('l7thpiuva5xnomgnt2fbcwqrqh', 'source', 'parish', 1778673600000000, 1778570040000000),
	('gevispsxpxhamulw5kxlzztoxm', 'source', 'parish', 1776254400000000, 1776150420000000),
	('osihana5gxjfbzq56l2ypuj2ay', 'source', 'parish', 1773489600000000, 1773471600000000),
	('lc76deao7kn5sr4bdcygvpzq44', 'source', 'parish', 1771675200000000, 1771574400000000),
	('2b52kq6c4onksdevwjlnkzwbzm', 'source', 'pier', 1776945600000000, 1776842460000000),
	('7ylpg6iqlddqnhdg6rijscvhn6', 'source', 'pier', 1775736000000000, 1775718840000000),
	('6dpiudxcqw5fldcglildylaoyi', 'source', 'pier', 1774699200000000, 1774681620000000),
	('qmnmupfytfiaysuuknyihglijj', 'source', 'pier', 1773489600000000, 1773385200000000),
	('zrk72rjoceea24paz3fs3jato7', 'source', 'quay', 1778328000000000, 1778312100000000),
	('fgjh4qxvcm3rn27ls6ru2e5xpy', 'source', 'quay', 1777291200000000, 1777188480000000),
	('kang6obqgd4ano5nhecodealyh', 'source', 'quay', 1775044800000000, 1774941240000000),
	('pofnig4t5u4peowtknsr7hcwzk', 'source', 'quay', 1772798400000000, 1772582400000000),
	('zmambktuomph4penee62v5lnza', 'source', 'rook', 1772971200000000, 1772867220000000),
	('opx7wsww7i6eruciqhahxukmm6', 'source', 'wave', 1777464000000000, 1777448100000000),
	('5dxckslv7ywqpxydgiacucre6s', 'source', 'wave', 1775563200000000, 1775546880000000),
	('jjri22xne2rea5e4b65uevj52d', 'source', 'wave', 1773662400000000, 1773645660000000),
	('gklnugmpmta2gk3olbhwuml6si', 'source', 'wave', 1772452800000000, 1771571640000000),
	('lh2mvxcrgubt2iallkrafljjys', 'source', 'wave', 1772452800000000, 1771225200000000),
	('lnxugnysoos65bituoxuxnrvjk', 'source', 'wire', 1777118400000000, 1777014420000000),
	('g57dhcprob4fcjybf4iqqdnqvn', 'source', 'wire', 1773835200000000, 1773730800000000),
	('l7thpiuva5xnomgnt2fbcwqrqh', 'tag', 'clay', 1778673600000000, 1778570040000000),
	('vokwpued7kepka63scar5slqq2', 'tag', 'clay', 1777809600000000, 1777794120000000),
	('gevispsxpxhamulw5kxlzztoxm', 'tag', 'clay', 1776254400000000, 1776150420000000),
	('5v6c5t6q3m3vui2kny6yrszy64', 'tag', 'clay', 1775044800000000, 1775027640000000),
	('osihana5gxjfbzq56l2ypuj2ay', 'tag', 'clay', 1773489600000000, 1773471600000000),
	('qmnmupfytfiaysuuknyihglijj', 'tag', 'clay', 1773489600000000, 1773385200000000),
	('ftrrql6nb6o276vsqkycngy6gm', 'tag', 'clay', 1773316800000000, 1773300480000000),
	('zmambktuomph4penee62v5lnza', 'tag', 'clay', 1772971200000000, 1772867220000000),
	('qg2yzogdogmex6tgdz6zcmfy37', 'tag', 'clay', 1772452800000000, 1771052820000000),
	('7v4nbcgwajtfvx2qhnlnhukxdv', 'tag', 'clay', 1772452800000000, 1770706800000000),
	('racgp7okxthadkbvhmjyr6h6ny', 'tag', 'clay', 1772452800000000, 1769842800000000),
	('lc76deao7kn5sr4bdcygvpzq44', 'tag', 'clay', 1771675200000000, 1771574400000000),
	('lbo3wh2yvybmrqi5ogq6ikco5k', 'tag', 'cordage', 1779364800000000, 1779350160000000),
	('e3vttxkcesataay7gel2e6fzrh', 'tag', 'cordage', 1778846400000000, 1778744520000000),
	('2lszkzrgv53gb2sqfjg3hubo5m', 'tag', 'cordage', 1777809600000000, 1777707300000000),
	('xorqnv6c4655vojmotua6g4rcy', 'tag', 'cordage', 1777636800000000, 1777621320000000),
	('rj4ekdirndekojqtbbreuu5byw', 'tag', 'cordage', 1776772800000000, 1776756900000000),
	('sujaficsylnqwq33vix6bjil7w', 'tag', 'cordage', 1776772800000000, 1776670080000000),
	('actjqtjicxpbmtjaa5ffgv2cwj', 'tag', 'cordage', 1776427200000000, 1772521200000000),
	('eww2cy7kbz2kcbzrjx6fcs6crj', 'tag', 'cordage', 1776254400000000, 1776237660000000),
	('ekrbamfe2kemb3w43u3rwpbv7v', 'tag', 'cordage', 1775736000000000, 1775632860000000),
	('shpeswkb3woeojcpkluda4lahy', 'tag', 'cordage', 1775217600000000, 1775113200000000),
	('onw34yow4rxr5xtxgggmr5wekn', 'tag', 'cordage', 1775044800000000, 1775028060000000),
	('5v6c5t6q3m3vui2kny6yrszy64', 'tag', 'cordage', 1775044800000000, 1775027640000000),
	('6dpiudxcqw5fldcglildylaoyi', 'tag', 'cordage', 1774699200000000, 1774681620000000),
	('tnvpuyqowklusfwwo25v3x4rfc', 'tag', 'cordage', 1774699200000000, 1774595640000000),
	('kcv2xseie6culg5m2xsmxfzwkk', 'tag', 'cordage', 1774526400000000, 1774422420000000),
	('z6zkibpdwilehzguccokotnbfz', 'tag', 'cordage', 1774180800000000, 1774163640000000),
	('pcjok5qenjfrghieivaazu2xiq', 'tag', 'cordage', 1773662400000000, 1773558420000000),
	('qmnmupfytfiaysuuknyihglijj', 'tag', 'cordage', 1773489600000000, 1773385200000000),
	('jnkez2sv5d2qhbdicvr3p3npwv', 'tag', 'cordage', 1772625600000000, 1772607600000000),
	('a2n7xgptk5pbt5c6z73av2ryrt', 'tag', 'crossings', 1778846400000000, 1778829660000000),
	('zrk72rjoceea24paz3fs3jato7', 'tag', 'crossings', 1778328000000000, 1778312100000000),
	('vokwpued7kepka63scar5slqq2', 'tag', 'crossings', 1777809600000000, 1777794120000000),
	('fgjh4qxvcm3rn27ls6ru2e5xpy', 'tag', 'crossings', 1777291200000000, 1777188480000000),
	('rj4ekdirndekojqtbbreuu5byw', 'tag', 'crossings', 1776772800000000, 1776756900000000),
	('yvdjrusnua246mvsilf2uzfwrr', 'tag', 'crossings', 1776772800000000, 1776755640000000),
	('sujaficsylnqwq33vix6bjil7w', 'tag', 'crossings', 1776772800000000, 1776670080000000),
	('fajsyaoghqc2weicyogfucktej', 'tag', 'crossings', 1776427200000000, 1776410040000000),
	('actjqtjicxpbmtjaa5ffgv2cwj', 'tag', 'crossings', 1776427200000000, 1772521200000000),
	('gevispsxpxhamulw5kxlzztoxm', 'tag', 'crossings', 1776254400000000, 1776150420000000),
	('5dxckslv7ywqpxydgiacucre6s', 'tag', 'crossings', 1775563200000000, 1775546880000000),
	('63acmnaimw7z3cfqtrsgks7iyg', 'tag', 'crossings', 1775390400000000, 1775374500000000),
	('onw34yow4rxr5xtxgggmr5wekn', 'tag', 'crossings', 1775044800000000, 1775028060000000),
	('kang6obqgd4ano5nhecodealyh', 'tag', 'crossings', 1775044800000000, 1774941240000000),
	('fbsbyw7le4a37furwljzeeyrbh', 'tag', 'crossings', 1774872000000000, 1774768020000000),
	('tqjxb47vrzzyltigctm3m33if7', 'tag', 'crossings', 1774699200000000, 1774681620000000),
	('g57dhcprob4fcjybf4iqqdnqvn', 'tag', 'crossings', 1773835200000000, 1773730800000000),
	('qmnmupfytfiaysuuknyihglijj', 'tag', 'crossings', 1773489600000000, 1773385200000000),
	('ftrrql6nb6o276vsqkycngy6gm', 'tag', 'crossings', 1773316800000000, 1773300480000000),
	('7c5a3xoloqhiy2s6kjhbpqv2vu', 'tag', 'crossings', 1773144000000000, 1773126000000000),
	('y2zru7wgqu6cuyhphu4vqg25kb', 'tag', 'crossings', 1773144000000000, 1773039600000000),
	('pofnig4t5u4peowtknsr7hcwzk', 'tag', 'crossings', 1772798400000000, 1772582400000000),
	('ze73z3syrhrdoyiol3wfpgxllx', 'tag', 'crossings', 1772452800000000, 1772434800000000),
	('eaxosia56ciyiqjs3bededenza', 'tag', 'crossings', 1772452800000000, 1771744860000000),
	('sqojtc75uzwxrn4swmsmmwm4je', 'tag', 'crossings', 1772452800000000, 1771398840000000),
	('lh2mvxcrgubt2iallkrafljjys', 'tag', 'crossings', 1772452800000000, 1771225200000000),
	('qg2yzogdogmex6tgdz6zcmfy37', 'tag', 'crossings', 1772452800000000, 1771052820000000),
	('7v4nbcgwajtfvx2qhnlnhukxdv', 'tag', 'crossings', 1772452800000000, 1770706800000000),
	('racgp7okxthadkbvhmjyr6h6ny', 'tag', 'crossings', 1772452800000000, 1769842800000000),
	('2lszkzrgv53gb2sqfjg3hubo5m', 'tag', 'fog', 1777809600000000, 1777707300000000),
	('jnkez2sv5d2qhbdicvr3p3npwv', 'tag', 'lamps', 1772625600000000, 1772607600000000),
	('5dxckslv7ywqpxydgiacucre6s', 'tag', 'radio', 1775563200000000, 1775546880000000),
	('draftnoteaaaaaaaaaaaaaaaaa', 'tag', 'radio', 1775469600000000, -4611686018427387904),
	('ownnoteaaaaaaaaaaaaaaaaaaa', 'tag', 'radio', 1775469600000000, -4611686018427387904),
	('kang6obqgd4ano5nhecodealyh', 'tag', 'radio', 1775044800000000, 1774941240000000),
	('z6zkibpdwilehzguccokotnbfz', 'tag', 'radio', 1774180800000000, 1774163640000000),
	('g57dhcprob4fcjybf4iqqdnqvn', 'tag', 'radio', 1773835200000000, 1773730800000000),
	('jjri22xne2rea5e4b65uevj52d', 'tag', 'radio', 1773662400000000, 1773645660000000),
	('osihana5gxjfbzq56l2ypuj2ay', 'tag', 'radio', 1773489600000000, 1773471600000000),
	('zmambktuomph4penee62v5lnza', 'tag', 'radio', 1772971200000000, 1772867220000000),
	('gklnugmpmta2gk3olbhwuml6si', 'tag', 'radio', 1772452800000000, 1771571640000000),
	('lh2mvxcrgubt2iallkrafljjys', 'tag', 'radio', 1772452800000000, 1771225200000000),
	('7v4nbcgwajtfvx2qhnlnhukxdv', 'tag', 'radio', 1772452800000000, 1770706800000000),
	('ty3a77ck5vb4r4yabxz6ubbng2', 'tag', 'sails', 1779883200000000, 1779867720000000),
	('z56rhyzejok5ufyms25xv23c4e', 'tag', 'sails', 1778673600000000, 1778657700000000),
	('l7thpiuva5xnomgnt2fbcwqrqh', 'tag', 'sails', 1778673600000000, 1778570040000000),
	('fgjh4qxvcm3rn27ls6ru2e5xpy', 'tag', 'sails', 1777291200000000, 1777188480000000),
	('eww2cy7kbz2kcbzrjx6fcs6crj', 'tag', 'sails', 1776254400000000, 1776237660000000),
	('gevispsxpxhamulw5kxlzztoxm', 'tag', 'sails', 1776254400000000, 1776150420000000),
	('shpeswkb3woeojcpkluda4lahy', 'tag', 'sails', 1775217600000000, 1775113200000000),
	('5v6c5t6q3m3vui2kny6yrszy64', 'tag', 'sails', 1775044800000000, 1775027640000000),
	('pofnig4t5u4peowtknsr7hcwzk', 'tag', 'sails', 1772798400000000, 1772582400000000),
	('hm3zvame26vv52fu3nuezgnzuo', 'tag', 'tides', 1779192000000000, 1779088860000000),
	('zrk72rjoceea24paz3fs3jato7', 'tag', 'tides', 1778328000000000, 1778312100000000),
	('xorqnv6c4655vojmotua6g4rcy', 'tag', 'tides', 1777636800000000, 1777621320000000),
	('opx7wsww7i6eruciqhahxukmm6', 'tag', 'tides', 1777464000000000, 1777448100000000),
	('actjqtjicxpbmtjaa5ffgv2cwj', 'tag', 'tides', 1776427200000000, 1772521200000000),
	('qr6oeytjihvs67sc4rm4e4x62y', 'tag', 'tides', 1776081600000000, 1775978040000000),
	('5dxckslv7ywqpxydgiacucre6s', 'tag', 'tides', 1775563200000000, 1775546880000000),
	('draftnoteaaaaaaaaaaaaaaaaa', 'tag', 'tides', 1775469600000000, -4611686018427387904),
	('ownnoteaaaaaaaaaaaaaaaaaaa', 'tag', 'tides', 1775469600000000, -4611686018427387904),
	('onw34yow4rxr5xtxgggmr5wekn', 'tag', 'tides', 1775044800000000, 1775028060000000),
	('kang6obqgd4ano5nhecodealyh', 'tag', 'tides', 1775044800000000, 1774941240000000),
	('tnvpuyqowklusfwwo25v3x4rfc', 'tag', 'tides', 1774699200000000, 1774595640000000),
	('kcv2xseie6culg5m2xsmxfzwkk', 'tag', 'tides', 1774526400000000, 1774422420000000),
	('jjri22xne2rea5e4b65uevj52d', 'tag', 'tides', 1773662400000000, 1773645660000000),
	('ftrrql6nb6o276vsqkycngy6gm', 'tag', 'tides', 1773316800000000, 1773300480000000),
	('af6pbk2fnpntxqlk4we5tse5gu', 'tag', 'tides', 1772971200000000, 1772866800000000),
	('pofnig4t5u4peowtknsr7hcwzk', 'tag', 'tides', 1772798400000000, 1772582400000000),
	('ze73z3syrhrdoyiol3wfpgxllx', 'tag', 'tides', 1772452800000000, 1772434800000000),
	('lh2mvxcrgubt2iallkrafljjys', 'tag', 'tides', 1772452800000000, 1771225200000000),
	('racgp7okxthadkbvhmjyr6h6ny', 'tag', 'tides', 1772452800000000, 1769842800000000),
	('a2n7xgptk5pbt5c6z73av2ryrt', 'tag', 'timber', 1778846400000000, 1778829660000000),
	('e3vttxkcesataay7gel2e6fzrh', 'tag', 'timber', 1778846400000000, 1778744520000000),
	('2lszkzrgv53gb2sqfjg3hubo5m', 'tag', 'timber', 1777809600000000, 1777707300000000),
	('lnxugnysoos65bituoxuxnrvjk', 'tag', 'timber', 1777118400000000, 1777014420000000),
	('yvdjrusnua246mvsilf2uzfwrr', 'tag', 'timber', 1776772800000000, 1776755640000000),
	('sujaficsylnqwq33vix6bjil7w', 'tag', 'timber', 1776772800000000, 1776670080000000),
	('fajsyaoghqc2weicyogfucktej', 'tag', 'timber', 1776427200000000, 1776410040000000),
	('actjqtjicxpbmtjaa5ffgv2cwj', 'tag', 'timber', 1776427200000000, 1772521200000000),
	('ekrbamfe2kemb3w43u3rwpbv7v', 'tag', 'timber', 1775736000000000, 1775632860000000),
	('fbsbyw7le4a37furwljzeeyrbh', 'tag', 'timber', 1774872000000000, 1774768020000000),
	('tnvpuyqowklusfwwo25v3x4rfc', 'tag', 'timber', 1774699200000000, 1774595640000000),
	('g57dhcprob4fcjybf4iqqdnqvn', 'tag', 'timber', 1773835200000000, 1773730800000000),
	('pcjok5qenjfrghieivaazu2xiq', 'tag', 'timber', 1773662400000000, 1773558420000000),
	('7c5a3xoloqhiy2s6kjhbpqv2vu', 'tag', 'timber', 1773144000000000, 1773126000000000),
	('y2zru7wgqu6cuyhphu4vqg25kb', 'tag', 'timber', 1773144000000000, 1773039600000000),
	('zmambktuomph4penee62v5lnza', 'tag', 'timber', 1772971200000000, 1772867220000000);


--
-- Data for Name: notes; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.notes VALUES
	('instance', '"5e6d2c1f-6f0a-4c57-9a53-2f1f6f3f8a11"', 1772452800000000),
	('sources reconciled', '"0.2.0\nsources.toml 1795902903111721221 1795902903111721221 1152 345442"', 1778155200000000),
	('sources followed', '"0.2.0\nsources.toml 1795902903111721221 1795902903111721221 1152 345442\n1230 1795902877610928850 339330"', 1778155200000000),
	('owned since', '"2026-03-02T12:00:00+00:00"', 1772452800000000),
	('carried', '"299 1795902881288786341 321890"', 1776772800000000),
	('sources shown as of', '"0.2.0\nsources.toml 1795902903111721221 1795902903111721221 1152 345442"', 1778155200000000),
	('sources shown', '"990e8816df268c36f82e8731695ec001ac8875d583ea10ceda84784b1fff3f16\n{\"ferry\": \"8dc389d52083\", \"loft\": \"a6a4731b01d5\", \"lamp\": \"b4754ad5fbe1\", \"quay\": \"8e6ba9d84d90\", \"wave\": \"5dafca2f1599\", \"rook\": \"ec37637b2c2b\", \"kiln\": \"31d41b73ca2d\", \"hafen\": \"93cb7c883b06\", \"moulin\": \"258668624b17\", \"minato\": \"4b8125c10bb7\", \"almanac\": \"46762b2988a6\", \"gazette\": \"4d36322c93d2\", \"parish\": \"522acabd8592\", \"wire\": \"55af7ce49b1a\", \"digest\": \"5fa793e189a5\"}"', 1778155200000000),
	('tags linked', '"[\"clay\", \"cordage\", \"crossings\", \"fog\", \"radio\", \"sails\", \"tides\", \"timber\"]"', 1778155200000000),
	('freshness', '"{\"until\": \"2026-05-29T12:00:00+00:00\", \"seconds\": [15480, 14640, 103140, 103140, 101880, 16740, 103560, 15900, 15900, 15480, 102300, 15480, 15900, 16320, 102720, 103980, 103140, 102720, 17160, 15900, 103560, 17160, 3906000, 103980, 16740, 16740, 103560, 16320, 103140, 17160, 16320, 15900, 104400, 103560, 17160, 16740, 103980, 17580, 17580, 103560, 103980, 17160, 17580, 104400, 17580, 17580, 16740, 103980, 18000, 104400, 16320, 17580, 18000, 104400, 103980, 104400, 18000, 104400, 104400, 18000]}"', 1780056000000000),
	('counters', '"{\"build_seconds\": {\"\": 12.862}, \"builds\": {\"\": 47}, \"changed\": {\"\": 12}, \"conditions\": {\"articles-on-hold\": 1, \"feed-held\": 1, \"source-gone\": 1, \"source-moved\": 1, \"source-silent\": 1}, \"failures\": {\"gone\": 3}, \"filed\": {\"\": 70}, \"files\": {\"\": 2269}, \"look\": {\"at\": 1780056000.0, \"took\": 0.016408579999961148}, \"not_filed\": {\"http-404\": 1, \"http-503\": 2, \"paywall\": 1, \"robots\": 1}, \"run_seconds\": {\"\": 98.177}, \"runs\": {\"ok\": 45}, \"sources\": {\"\": 15}, \"times\": {\"build\": 1780056000.0, \"run\": 1780056000.0, \"success\": 1780056000.0}, \"visits\": {\"disabled\": 1, \"failed\": 2, \"new\": 77, \"unchanged\": 574}}"', 1780056000000000),
	('reading version', '"6"', 1772452800000000),
	('episodes', '"{\"episodes\":[{\"began\":\"2026-03-18T12:00:00+00:00\",\"kind\":\"articles-on-hold\",\"subject\":\"\",\"told\":{\"id\":\"a2ecbb7e-9fbd-5152-ac49-43b829007b92\",\"at\":\"2026-03-18T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"articles-on-hold\",\"subject\":\"\",\"since\":\"2026-03-18T12:00:00+00:00\",\"reason\":\"articles wait for your word\",\"detail\":\"2026/03/story-27-what-the-night-watch-found-on-the-first-dry-tuesday-hfzmbz.md (all), 2026/03/story-26-how-two-apprentices-described-the-weather-log-q3rpx5.md (all), 2026/03/story-25-the-winter-moorings-16-years-on-g57dhc.md (all)\",\"cure\":\"`syndicator release ID` publishes one\"}},{\"began\":\"2026-04-13T12:00:00+00:00\",\"kind\":\"feed-held\",\"subject\":\"sources/quay\",\"told\":{\"id\":\"9af0b63e-75ac-5df8-9a26-7edebfdd02db\",\"at\":\"2026-04-13T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"feed-held\",\"subject\":\"sources/quay\",\"since\":\"2026-04-13T12:00:00+00:00\",\"reason\":\"the new feed did not pass validation; the last good one stays\",\"detail\":\"lost 1 of the live feed''s entries, first tag:coast.example,2025:by-hand\",\"cure\":\"mend or withdraw what the detail names, then `syndicator build`\",\"last_success\":\"2026-11-28T21:54:28+00:00\"}},{\"began\":\"2026-03-16T12:00:00+00:00\",\"kind\":\"source-gone\",\"subject\":\"rook\",\"told\":{\"id\":\"fd9aaeae-b7de-517a-9fcb-b391ea8a681e\",\"at\":\"2026-03-16T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"source-gone\",\"subject\":\"rook\",\"since\":\"2026-03-12T12:00:00+00:00\",\"reason\":\"the address is gone for good (HTTP 410)\",\"detail\":\"http://rook.example/feed answered 410\",\"cure\":\"remove it, or give it its new address\",\"code\":\"gone\",\"last_success\":\"2026-03-10T12:00:00+00:00\"}},{\"began\":\"2026-05-05T12:00:00+00:00\",\"kind\":\"source-moved\",\"subject\":\"lamp\",\"told\":{\"id\":\"5e9456e8-dd78-5a72-afc6-88abe4f536fc\",\"at\":\"2026-05-05T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"source-moved\",\"subject\":\"lamp\",\"since\":\"2026-05-05T12:00:00+00:00\",\"reason\":\"the source moved for good and is asked at its new address\",\"detail\":\"http://lamp.example/feed is now http://lamp.example/news\",\"cure\":\"`syndicator sources --apply-moves` writes that into sources.toml\"}},{\"began\":\"2026-05-05T12:00:00+00:00\",\"kind\":\"source-silent\",\"subject\":\"digest\",\"told\":{\"id\":\"31e02f1a-1b7e-5aa3-97d2-164617a0e43b\",\"at\":\"2026-05-05T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"source-silent\",\"subject\":\"digest\",\"since\":\"2026-04-21T07:35:00+00:00\",\"reason\":\"nothing has come for three times the source''s usual pause\",\"detail\":\"its last article is of 2026-04-21; it used to publish about every 4.5 days\",\"cure\":\"see whether its site has a new feed; else nothing\",\"last_success\":\"2026-05-05T12:00:00+00:00\",\"next_try\":\"2026-05-06T12:00:00+00:00\"}}],\"events\":[{\"id\":\"5e9456e8-dd78-5a72-afc6-88abe4f536fc\",\"at\":\"2026-05-05T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"source-moved\",\"subject\":\"lamp\",\"since\":\"2026-05-05T12:00:00+00:00\",\"reason\":\"the source moved for good and is asked at its new address\",\"detail\":\"http://lamp.example/feed is now http://lamp.example/news\",\"cure\":\"`syndicator sources --apply-moves` writes that into sources.toml\"},{\"id\":\"31e02f1a-1b7e-5aa3-97d2-164617a0e43b\",\"at\":\"2026-05-05T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"source-silent\",\"subject\":\"digest\",\"since\":\"2026-04-21T07:35:00+00:00\",\"reason\":\"nothing has come for three times the source''s usual pause\",\"detail\":\"its last article is of 2026-04-21; it used to publish about every 4.5 days\",\"cure\":\"see whether its site has a new feed; else nothing\",\"last_success\":\"2026-05-05T12:00:00+00:00\",\"next_try\":\"2026-05-06T12:00:00+00:00\"},{\"id\":\"0abd9ed0-1e6a-51f3-9982-171d5fa578d3\",\"at\":\"2026-05-03T12:00:00+00:00\",\"state\":\"recovered\",\"kind\":\"source-silent\",\"subject\":\"almanac\",\"since\":\"2026-04-05T00:00:00+00:00\",\"reason\":\"nothing has come for three times the source''s usual pause\",\"detail\":\"its last article is of 2026-04-05; it used to publish about every 4 days\",\"cure\":\"see whether its site has a new feed; else nothing\",\"last_success\":\"2026-04-23T12:00:00+00:00\"},{\"id\":\"7b03ef55-1859-522b-8c88-fed367f46bbd\",\"at\":\"2026-04-23T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"source-silent\",\"subject\":\"almanac\",\"since\":\"2026-04-05T00:00:00+00:00\",\"reason\":\"nothing has come for three times the source''s usual pause\",\"detail\":\"its last article is of 2026-04-05; it used to publish about every 4 days\",\"cure\":\"see whether its site has a new feed; else nothing\",\"last_success\":\"2026-04-23T12:00:00+00:00\",\"next_try\":\"2026-04-24T12:00:00+00:00\"},{\"id\":\"51db5710-4ac5-5451-8e30-0f78f384a236\",\"at\":\"2026-04-19T12:00:00+00:00\",\"state\":\"recovered\",\"kind\":\"source-moved\",\"subject\":\"loft\",\"since\":\"2026-04-05T12:00:00+00:00\",\"reason\":\"the source moved for good and is asked at its new address\",\"detail\":\"http://loft.example/feed is now http://loft.example/news\",\"cure\":\"`syndicator sources --apply-moves` writes that into sources.toml\"},{\"id\":\"9af0b63e-75ac-5df8-9a26-7edebfdd02db\",\"at\":\"2026-04-13T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"feed-held\",\"subject\":\"sources/quay\",\"since\":\"2026-04-13T12:00:00+00:00\",\"reason\":\"the new feed did not pass validation; the last good one stays\",\"detail\":\"lost 1 of the live feed''s entries, first tag:coast.example,2025:by-hand\",\"cure\":\"mend or withdraw what the detail names, then `syndicator build`\",\"last_success\":\"2026-11-28T21:54:28+00:00\"},{\"id\":\"c6bb51d4-ba18-5079-9205-03bc7f971783\",\"at\":\"2026-04-05T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"source-moved\",\"subject\":\"loft\",\"since\":\"2026-04-05T12:00:00+00:00\",\"reason\":\"the source moved for good and is asked at its new address\",\"detail\":\"http://loft.example/feed is now http://loft.example/news\",\"cure\":\"`syndicator sources --apply-moves` writes that into sources.toml\"},{\"id\":\"67c3cb3e-0b20-5a83-b288-7fbe64245d3a\",\"at\":\"2026-04-05T12:00:00+00:00\",\"state\":\"recovered\",\"kind\":\"source-silent\",\"subject\":\"almanac\",\"since\":\"2026-03-12T00:00:00+00:00\",\"reason\":\"nothing has come for three times the source''s usual pause\",\"detail\":\"its last article is of 2026-03-12; it used to publish about every 4 days\",\"cure\":\"see whether its site has a new feed; else nothing\",\"last_success\":\"2026-03-24T12:00:00+00:00\"},{\"id\":\"74e34796-8f12-5b8b-957f-10202ed5f06e\",\"at\":\"2026-03-24T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"source-silent\",\"subject\":\"almanac\",\"since\":\"2026-03-12T00:00:00+00:00\",\"reason\":\"nothing has come for three times the source''s usual pause\",\"detail\":\"its last article is of 2026-03-12; it used to publish about every 4 days\",\"cure\":\"see whether its site has a new feed; else nothing\",\"last_success\":\"2026-03-24T12:00:00+00:00\",\"next_try\":\"2026-03-25T12:00:00+00:00\"},{\"id\":\"a2ecbb7e-9fbd-5152-ac49-43b829007b92\",\"at\":\"2026-03-18T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"articles-on-hold\",\"subject\":\"\",\"since\":\"2026-03-18T12:00:00+00:00\",\"reason\":\"articles wait for your word\",\"detail\":\"2026/03/story-27-what-the-night-watch-found-on-the-first-dry-tuesday-hfzmbz.md (all), 2026/03/story-26-how-two-apprentices-described-the-weather-log-q3rpx5.md (all), 2026/03/story-25-the-winter-moorings-16-years-on-g57dhc.md (all)\",\"cure\":\"`syndicator release ID` publishes one\"},{\"id\":\"6da687e6-4002-569f-8c33-49e9ca30d592\",\"at\":\"2026-03-16T12:00:00+00:00\",\"state\":\"recovered\",\"kind\":\"source-failing\",\"subject\":\"rook\",\"since\":\"2026-03-12T12:00:00+00:00\",\"reason\":\"the address is gone for good (HTTP 410)\",\"detail\":\"http://rook.example/feed answered 410\",\"cure\":\"remove the source\",\"code\":\"gone\",\"last_success\":\"2026-03-10T12:00:00+00:00\"},{\"id\":\"fd9aaeae-b7de-517a-9fcb-b391ea8a681e\",\"at\":\"2026-03-16T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"source-gone\",\"subject\":\"rook\",\"since\":\"2026-03-12T12:00:00+00:00\",\"reason\":\"the address is gone for good (HTTP 410)\",\"detail\":\"http://rook.example/feed answered 410\",\"cure\":\"remove it, or give it its new address\",\"code\":\"gone\",\"last_success\":\"2026-03-10T12:00:00+00:00\"},{\"id\":\"09772931-0a2d-5914-bf2d-85454c74d63d\",\"at\":\"2026-03-12T12:00:00+00:00\",\"state\":\"broken\",\"kind\":\"source-failing\",\"subject\":\"rook\",\"since\":\"2026-03-12T12:00:00+00:00\",\"reason\":\"the address is gone for good (HTTP 410)\",\"detail\":\"http://rook.example/feed answered 410\",\"cure\":\"remove the source\",\"code\":\"gone\",\"last_success\":\"2026-03-10T12:00:00+00:00\",\"next_try\":\"2026-03-13T00:36:18.371280+00:00\"}]}"', 1777982400000000),
	('robots http://almanac.example', '"[\"2026-05-29T12:00:00+00:00\", \"none\", \"\"]"', 1780056000000000),
	('pruned', '"377 1795902882319525096 340899"', 1776772800000000),
	('robots http://kiln.example', '"[\"2026-05-29T12:00:00+00:00\", \"none\", \"\"]"', 1780056000000000),
	('robots http://digest.example', '"[\"2026-05-29T12:00:00+00:00\", \"none\", \"\"]"', 1780056000000000),
	('robots http://burner.example', '"[\"2026-05-29T12:00:00+00:00\", \"none\", \"\"]"', 1780056000000000),
	('robots http://minato.example', '"[\"2026-05-29T12:00:00+00:00\", \"none\", \"\"]"', 1780056000000000),
	('robots http://lamp.example', '"[\"2026-05-29T12:00:00+00:00\", \"none\", \"\"]"', 1780056000000000),
	('robots http://loft.example', '"[\"2026-05-29T12:00:00+00:00\", \"none\", \"\"]"', 1780056000000000),
	('robots http://hafen.example', '"[\"2026-05-29T12:00:00+00:00\", \"none\", \"\"]"', 1780056000000000),
	('robots http://ferry.example', '"[\"2026-05-29T12:00:00+00:00\", \"file\", \"User-agent: *\\nDisallow: /members/\\n\"]"', 1780056000000000),
	('robots http://wave.example', '"[\"2026-05-29T12:00:00+00:00\", \"none\", \"\"]"', 1780056000000000),
	('robots http://quay.example', '"[\"2026-05-29T12:00:00+00:00\", \"none\", \"\"]"', 1780056000000000),
	('robots http://moulin.example', '"[\"2026-05-29T12:00:00+00:00\", \"none\", \"\"]"', 1780056000000000),
	('robots http://letters.example', '"[\"2026-05-29T12:00:00+00:00\", \"none\", \"\"]"', 1780056000000000);


--
-- Data for Name: outcomes; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.outcomes VALUES
	(1, 'digest', 1772452800000000, '{"key":"digest","at":"2026-03-02T12:00:00+00:00","status":"unchanged","next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.5,"bytes":165}'),
	(2, 'gazette', 1772452800000000, '{"key":"gazette","at":"2026-03-02T12:00:00+00:00","status":"unchanged","next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":174}'),
	(3, 'hafen', 1772452800000000, '{"key":"hafen","at":"2026-03-02T12:00:00+00:00","status":"unchanged","next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":187}'),
	(4, 'lamp', 1772452800000000, '{"key":"lamp","at":"2026-03-02T12:00:00+00:00","status":"unchanged","next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":129}'),
	(5, 'loft', 1772452800000000, '{"key":"loft","at":"2026-03-02T12:00:00+00:00","status":"unchanged","next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":209}'),
	(6, 'minato', 1772452800000000, '{"key":"minato","at":"2026-03-02T12:00:00+00:00","status":"unchanged","next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":192}'),
	(7, 'moulin', 1772452800000000, '{"key":"moulin","at":"2026-03-02T12:00:00+00:00","status":"unchanged","next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":209}'),
	(8, 'parish', 1772452800000000, '{"key":"parish","at":"2026-03-02T12:00:00+00:00","status":"unchanged","next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":171}'),
	(10, 'quay', 1772452800000000, '{"key":"quay","at":"2026-03-02T12:00:00+00:00","status":"unchanged","next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":159}'),
	(11, 'wire', 1772452800000000, '{"key":"wire","at":"2026-03-02T12:00:00+00:00","status":"unchanged","next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":169}'),
	(12, 'kiln', 1772452800000000, '{"key":"kiln","at":"2026-03-02T12:00:00+00:00","status":"new","announced":1,"added":["racgp7okxthadkbvhmjyr6h6ny"],"next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.7,"bytes":2349}'),
	(13, 'ferry', 1772452800000000, '{"key":"ferry","at":"2026-03-02T12:00:00+00:00","status":"new","announced":1,"added":["ze73z3syrhrdoyiol3wfpgxllx"],"next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.8,"bytes":544}'),
	(14, 'rook', 1772452800000000, '{"key":"rook","at":"2026-03-02T12:00:00+00:00","status":"new","announced":1,"added":["6trdl4hcohvtgypltmfxyk7pvb"],"next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.8,"bytes":542}'),
	(15, 'wave', 1772452800000000, '{"key":"wave","at":"2026-03-02T12:00:00+00:00","status":"new","announced":3,"added":["lh2mvxcrgubt2iallkrafljjys","qvatklezv5d2btrzi7ngiogvlk","gklnugmpmta2gk3olbhwuml6si"],"next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":3.2,"bytes":1559}'),
	(16, 'almanac', 1772452800000000, '{"key":"almanac","at":"2026-03-02T12:00:00+00:00","status":"new","announced":4,"added":["7v4nbcgwajtfvx2qhnlnhukxdv","qg2yzogdogmex6tgdz6zcmfy37","sqojtc75uzwxrn4swmsmmwm4je","eaxosia56ciyiqjs3bededenza"],"next_due":"2026-03-03T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":3.3,"bytes":842}'),
	(17, 'digest', 1772625600000000, '{"key":"digest","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":165}'),
	(18, 'gazette', 1772625600000000, '{"key":"gazette","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":174}'),
	(19, 'hafen', 1772625600000000, '{"key":"hafen","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":187}'),
	(20, 'minato', 1772625600000000, '{"key":"minato","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":192}'),
	(21, 'moulin', 1772625600000000, '{"key":"moulin","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":209}'),
	(22, 'parish', 1772625600000000, '{"key":"parish","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":171}'),
	(24, 'quay', 1772625600000000, '{"key":"quay","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":159}'),
	(25, 'rook', 1772625600000000, '{"key":"rook","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":542}'),
	(26, 'wave', 1772625600000000, '{"key":"wave","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1559}'),
	(27, 'wire', 1772625600000000, '{"key":"wire","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":169}'),
	(28, 'almanac', 1772625600000000, '{"key":"almanac","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":842}'),
	(29, 'ferry', 1772625600000000, '{"key":"ferry","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":544}'),
	(30, 'kiln', 1772625600000000, '{"key":"kiln","at":"2026-03-04T12:00:00+00:00","status":"unchanged","next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(31, 'lamp', 1772625600000000, '{"key":"lamp","at":"2026-03-04T12:00:00+00:00","status":"new","announced":1,"added":["jnkez2sv5d2qhbdicvr3p3npwv"],"next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.1,"bytes":543}'),
	(32, 'loft', 1772625600000000, '{"key":"loft","at":"2026-03-04T12:00:00+00:00","status":"new","announced":1,"added":["actjqtjicxpbmtjaa5ffgv2cwj"],"next_due":"2026-03-05T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.1,"bytes":641}'),
	(33, 'gazette', 1772798400000000, '{"key":"gazette","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":174}'),
	(34, 'hafen', 1772798400000000, '{"key":"hafen","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":187}'),
	(35, 'lamp', 1772798400000000, '{"key":"lamp","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":543}'),
	(36, 'loft', 1772798400000000, '{"key":"loft","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":641}'),
	(37, 'minato', 1772798400000000, '{"key":"minato","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":192}'),
	(38, 'moulin', 1772798400000000, '{"key":"moulin","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":209}'),
	(39, 'parish', 1772798400000000, '{"key":"parish","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":171}'),
	(41, 'rook', 1772798400000000, '{"key":"rook","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":542}'),
	(42, 'wire', 1772798400000000, '{"key":"wire","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":169}'),
	(43, 'wave', 1772798400000000, '{"key":"wave","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1559}'),
	(44, 'digest', 1772798400000000, '{"key":"digest","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":165}'),
	(45, 'kiln', 1772798400000000, '{"key":"kiln","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(46, 'almanac', 1772798400000000, '{"key":"almanac","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":842}'),
	(47, 'ferry', 1772798400000000, '{"key":"ferry","at":"2026-03-06T12:00:00+00:00","status":"unchanged","next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":544}'),
	(48, 'quay', 1772798400000000, '{"key":"quay","at":"2026-03-06T12:00:00+00:00","status":"new","announced":1,"added":["pofnig4t5u4peowtknsr7hcwzk"],"next_due":"2026-03-07T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.1,"bytes":541}'),
	(49, 'digest', 1772971200000000, '{"key":"digest","at":"2026-03-08T12:00:00+00:00","status":"unchanged","next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":165}'),
	(50, 'gazette', 1772971200000000, '{"key":"gazette","at":"2026-03-08T12:00:00+00:00","status":"unchanged","next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":174}'),
	(51, 'lamp', 1772971200000000, '{"key":"lamp","at":"2026-03-08T12:00:00+00:00","status":"unchanged","next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":543}'),
	(52, 'loft', 1772971200000000, '{"key":"loft","at":"2026-03-08T12:00:00+00:00","status":"unchanged","next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":641}'),
	(53, 'moulin', 1772971200000000, '{"key":"moulin","at":"2026-03-08T12:00:00+00:00","status":"unchanged","next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":209}'),
	(54, 'quay', 1772971200000000, '{"key":"quay","at":"2026-03-08T12:00:00+00:00","status":"unchanged","next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":541}'),
	(55, 'parish', 1772971200000000, '{"key":"parish","at":"2026-03-08T12:00:00+00:00","status":"unchanged","next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":171}'),
	(57, 'wave', 1772971200000000, '{"key":"wave","at":"2026-03-08T12:00:00+00:00","status":"unchanged","next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1559}'),
	(58, 'wire', 1772971200000000, '{"key":"wire","at":"2026-03-08T12:00:00+00:00","status":"unchanged","next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":169}'),
	(59, 'ferry', 1772971200000000, '{"key":"ferry","at":"2026-03-08T12:00:00+00:00","status":"unchanged","next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.2,"bytes":544}'),
	(60, 'almanac', 1772971200000000, '{"key":"almanac","at":"2026-03-08T12:00:00+00:00","status":"unchanged","next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.2,"bytes":842}'),
	(61, 'kiln', 1772971200000000, '{"key":"kiln","at":"2026-03-08T12:00:00+00:00","status":"unchanged","next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.2,"bytes":2349}'),
	(190, 'lamp', 1774526400000000, '{"key":"lamp","at":"2026-03-26T12:00:00+00:00","status":"unchanged","next_due":"2026-03-27T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":968}'),
	(62, 'minato', 1772971200000000, '{"key":"minato","at":"2026-03-08T12:00:00+00:00","status":"new","announced":1,"added":["nggytyltj7o3yfmgzatjvvrgru"],"next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.3,"bytes":568}'),
	(63, 'hafen', 1772971200000000, '{"key":"hafen","at":"2026-03-08T12:00:00+00:00","status":"new","announced":1,"added":["af6pbk2fnpntxqlk4we5tse5gu"],"next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.3,"bytes":613}'),
	(64, 'rook', 1772971200000000, '{"key":"rook","at":"2026-03-08T12:00:00+00:00","status":"new","announced":2,"added":["zmambktuomph4penee62v5lnza"],"next_due":"2026-03-09T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.4,"bytes":939}'),
	(65, 'digest', 1773144000000000, '{"key":"digest","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":165}'),
	(66, 'hafen', 1773144000000000, '{"key":"hafen","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":613}'),
	(67, 'lamp', 1773144000000000, '{"key":"lamp","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":543}'),
	(68, 'loft', 1773144000000000, '{"key":"loft","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":641}'),
	(69, 'minato', 1773144000000000, '{"key":"minato","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":568}'),
	(70, 'parish', 1773144000000000, '{"key":"parish","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":171}'),
	(72, 'quay', 1773144000000000, '{"key":"quay","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":541}'),
	(73, 'rook', 1773144000000000, '{"key":"rook","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":939}'),
	(74, 'wave', 1773144000000000, '{"key":"wave","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1559}'),
	(75, 'wire', 1773144000000000, '{"key":"wire","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":169}'),
	(76, 'kiln', 1773144000000000, '{"key":"kiln","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(77, 'ferry', 1773144000000000, '{"key":"ferry","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":544}'),
	(78, 'almanac', 1773144000000000, '{"key":"almanac","at":"2026-03-10T12:00:00+00:00","status":"unchanged","next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":842}'),
	(79, 'moulin', 1773144000000000, '{"key":"moulin","at":"2026-03-10T12:00:00+00:00","status":"new","announced":1,"added":["y2zru7wgqu6cuyhphu4vqg25kb"],"next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.4,"bytes":680}'),
	(80, 'gazette', 1773144000000000, '{"key":"gazette","at":"2026-03-10T12:00:00+00:00","status":"new","announced":1,"added":["7c5a3xoloqhiy2s6kjhbpqv2vu"],"next_due":"2026-03-11T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.5,"bytes":576}'),
	(81, 'rook', 1773316800000000, '{"key":"rook","at":"2026-03-12T12:00:00+00:00","status":"failed","reason":"gone","detail":"http://rook.example/feed answered 410","next_due":"2026-03-13T00:36:18.371280+00:00","due_why":"failed 1 time in a row (gone)"}'),
	(82, 'digest', 1773316800000000, '{"key":"digest","at":"2026-03-12T12:00:00+00:00","status":"unchanged","next_due":"2026-03-13T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":165}'),
	(83, 'gazette', 1773316800000000, '{"key":"gazette","at":"2026-03-12T12:00:00+00:00","status":"unchanged","next_due":"2026-03-13T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":576}'),
	(84, 'hafen', 1773316800000000, '{"key":"hafen","at":"2026-03-12T12:00:00+00:00","status":"unchanged","next_due":"2026-03-13T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":613}'),
	(85, 'lamp', 1773316800000000, '{"key":"lamp","at":"2026-03-12T12:00:00+00:00","status":"unchanged","next_due":"2026-03-13T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":543}'),
	(86, 'loft', 1773316800000000, '{"key":"loft","at":"2026-03-12T12:00:00+00:00","status":"unchanged","next_due":"2026-03-13T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":641}'),
	(87, 'parish', 1773316800000000, '{"key":"parish","at":"2026-03-12T12:00:00+00:00","status":"unchanged","next_due":"2026-03-13T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":171}'),
	(88, 'moulin', 1773316800000000, '{"key":"moulin","at":"2026-03-12T12:00:00+00:00","status":"unchanged","next_due":"2026-03-13T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":680}'),
	(89, 'minato', 1773316800000000, '{"key":"minato","at":"2026-03-12T12:00:00+00:00","status":"unchanged","next_due":"2026-03-13T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":568}'),
	(91, 'quay', 1773316800000000, '{"key":"quay","at":"2026-03-12T12:00:00+00:00","status":"unchanged","next_due":"2026-03-13T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":541}'),
	(92, 'wave', 1773316800000000, '{"key":"wave","at":"2026-03-12T12:00:00+00:00","status":"unchanged","next_due":"2026-03-13T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1559}'),
	(93, 'kiln', 1773316800000000, '{"key":"kiln","at":"2026-03-12T12:00:00+00:00","status":"unchanged","next_due":"2026-03-13T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(94, 'wire', 1773316800000000, '{"key":"wire","at":"2026-03-12T12:00:00+00:00","status":"unchanged","next_due":"2026-03-13T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":169}'),
	(95, 'ferry', 1773316800000000, '{"key":"ferry","at":"2026-03-12T12:00:00+00:00","status":"new","announced":2,"added":["pxvjq4tagjcsb2yv5lluvuhp3l"],"next_due":"2026-03-13T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.5,"bytes":961}'),
	(96, 'almanac', 1773316800000000, '{"key":"almanac","at":"2026-03-12T12:00:00+00:00","status":"new","announced":5,"added":["ftrrql6nb6o276vsqkycngy6gm"],"next_due":"2026-03-13T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.5,"bytes":994}'),
	(97, 'rook', 1773489600000000, '{"key":"rook","at":"2026-03-14T12:00:00+00:00","status":"failed","reason":"gone","detail":"http://rook.example/feed answered 410","next_due":"2026-03-15T10:48:00+00:00","due_why":"failed 2 times in a row (gone)"}'),
	(98, 'hafen', 1773489600000000, '{"key":"hafen","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":613}'),
	(99, 'digest', 1773489600000000, '{"key":"digest","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":165}'),
	(100, 'gazette', 1773489600000000, '{"key":"gazette","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":576}'),
	(101, 'lamp', 1773489600000000, '{"key":"lamp","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":543}'),
	(102, 'loft', 1773489600000000, '{"key":"loft","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":641}'),
	(103, 'minato', 1773489600000000, '{"key":"minato","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":568}'),
	(104, 'moulin', 1773489600000000, '{"key":"moulin","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":680}'),
	(105, 'wave', 1773489600000000, '{"key":"wave","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1559}'),
	(106, 'wire', 1773489600000000, '{"key":"wire","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":169}'),
	(107, 'almanac', 1773489600000000, '{"key":"almanac","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":994}'),
	(108, 'ferry', 1773489600000000, '{"key":"ferry","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":961}'),
	(109, 'kiln', 1773489600000000, '{"key":"kiln","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(110, 'quay', 1773489600000000, '{"key":"quay","at":"2026-03-14T12:00:00+00:00","status":"unchanged","next_due":"2026-03-15T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":1.0,"bytes":541}'),
	(112, 'parish', 1773489600000000, '{"key":"parish","at":"2026-03-14T12:00:00+00:00","status":"new","announced":1,"added":["osihana5gxjfbzq56l2ypuj2ay"],"next_due":"2026-03-15T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":3.3,"bytes":577}'),
	(113, 'rook', 1773662400000000, '{"key":"rook","at":"2026-03-16T12:00:00+00:00","status":"disabled","reason":"gone","detail":"http://rook.example/feed answered 410","next_due":"2026-03-17T10:48:00+00:00","due_why":"failed 3 times in a row (gone)"}'),
	(114, 'digest', 1773662400000000, '{"key":"digest","at":"2026-03-16T12:00:00+00:00","status":"unchanged","next_due":"2026-03-17T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":165}'),
	(115, 'gazette', 1773662400000000, '{"key":"gazette","at":"2026-03-16T12:00:00+00:00","status":"unchanged","next_due":"2026-03-17T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":576}'),
	(116, 'hafen', 1773662400000000, '{"key":"hafen","at":"2026-03-16T12:00:00+00:00","status":"unchanged","next_due":"2026-03-17T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":613}'),
	(118, 'minato', 1773662400000000, '{"key":"minato","at":"2026-03-16T12:00:00+00:00","status":"unchanged","next_due":"2026-03-17T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":568}'),
	(119, 'parish', 1773662400000000, '{"key":"parish","at":"2026-03-16T12:00:00+00:00","status":"unchanged","next_due":"2026-03-17T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":577}'),
	(120, 'moulin', 1773662400000000, '{"key":"moulin","at":"2026-03-16T12:00:00+00:00","status":"unchanged","next_due":"2026-03-17T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":680}'),
	(121, 'lamp', 1773662400000000, '{"key":"lamp","at":"2026-03-16T12:00:00+00:00","status":"unchanged","next_due":"2026-03-17T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":543}'),
	(122, 'almanac', 1773662400000000, '{"key":"almanac","at":"2026-03-16T12:00:00+00:00","status":"unchanged","next_due":"2026-03-17T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":994}'),
	(123, 'ferry', 1773662400000000, '{"key":"ferry","at":"2026-03-16T12:00:00+00:00","status":"unchanged","next_due":"2026-03-17T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":961}'),
	(124, 'kiln', 1773662400000000, '{"key":"kiln","at":"2026-03-16T12:00:00+00:00","status":"unchanged","next_due":"2026-03-17T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(254, 'parish', 1775217600000000, '{"key":"parish","at":"2026-04-03T12:00:00+00:00","status":"unchanged","next_due":"2026-04-04T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":577}'),
	(125, 'wire', 1773662400000000, '{"key":"wire","at":"2026-03-16T12:00:00+00:00","status":"unchanged","next_due":"2026-03-17T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":169}'),
	(126, 'quay', 1773662400000000, '{"key":"quay","at":"2026-03-16T12:00:00+00:00","status":"unchanged","next_due":"2026-03-17T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":1.1,"bytes":541}'),
	(127, 'loft', 1773662400000000, '{"key":"loft","at":"2026-03-16T12:00:00+00:00","status":"new","announced":2,"added":["pcjok5qenjfrghieivaazu2xiq"],"next_due":"2026-03-17T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.1,"bytes":1115}'),
	(128, 'wave', 1773662400000000, '{"key":"wave","at":"2026-03-16T12:00:00+00:00","status":"new","announced":4,"added":["jjri22xne2rea5e4b65uevj52d"],"next_due":"2026-03-17T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.1,"bytes":2038}'),
	(129, 'digest', 1773835200000000, '{"key":"digest","at":"2026-03-18T12:00:00+00:00","status":"unchanged","next_due":"2026-03-19T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":165}'),
	(130, 'gazette', 1773835200000000, '{"key":"gazette","at":"2026-03-18T12:00:00+00:00","status":"unchanged","next_due":"2026-03-19T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":576}'),
	(131, 'hafen', 1773835200000000, '{"key":"hafen","at":"2026-03-18T12:00:00+00:00","status":"unchanged","next_due":"2026-03-19T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":613}'),
	(132, 'parish', 1773835200000000, '{"key":"parish","at":"2026-03-18T12:00:00+00:00","status":"unchanged","next_due":"2026-03-19T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":577}'),
	(134, 'wave', 1773835200000000, '{"key":"wave","at":"2026-03-18T12:00:00+00:00","status":"unchanged","next_due":"2026-03-19T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2038}'),
	(135, 'almanac', 1773835200000000, '{"key":"almanac","at":"2026-03-18T12:00:00+00:00","status":"unchanged","next_due":"2026-03-19T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":994}'),
	(136, 'ferry', 1773835200000000, '{"key":"ferry","at":"2026-03-18T12:00:00+00:00","status":"unchanged","next_due":"2026-03-19T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":961}'),
	(137, 'kiln', 1773835200000000, '{"key":"kiln","at":"2026-03-18T12:00:00+00:00","status":"unchanged","next_due":"2026-03-19T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(138, 'moulin', 1773835200000000, '{"key":"moulin","at":"2026-03-18T12:00:00+00:00","status":"unchanged","next_due":"2026-03-19T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":1.0,"bytes":680}'),
	(139, 'minato', 1773835200000000, '{"key":"minato","at":"2026-03-18T12:00:00+00:00","status":"unchanged","next_due":"2026-03-19T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":1.0,"bytes":568}'),
	(140, 'lamp', 1773835200000000, '{"key":"lamp","at":"2026-03-18T12:00:00+00:00","status":"new","announced":2,"added":["q3rpx5t6zwx3udwl5peiikzn6f"],"next_due":"2026-03-19T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":968}'),
	(141, 'loft', 1773835200000000, '{"key":"loft","at":"2026-03-18T12:00:00+00:00","status":"new","announced":2,"changed":["pcjok5qenjfrghieivaazu2xiq"],"next_due":"2026-03-19T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":1126}'),
	(142, 'quay', 1773835200000000, '{"key":"quay","at":"2026-03-18T12:00:00+00:00","status":"new","announced":2,"added":["hfzmbzv6aqcfm5us4juahqyh4i"],"next_due":"2026-03-19T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.9,"bytes":942}'),
	(143, 'wire', 1773835200000000, '{"key":"wire","at":"2026-03-18T12:00:00+00:00","status":"new","announced":1,"added":["g57dhcprob4fcjybf4iqqdnqvn"],"next_due":"2026-03-19T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.9,"bytes":565}'),
	(144, 'digest', 1774008000000000, '{"key":"digest","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":165}'),
	(145, 'gazette', 1774008000000000, '{"key":"gazette","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":576}'),
	(146, 'hafen', 1774008000000000, '{"key":"hafen","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":613}'),
	(147, 'lamp', 1774008000000000, '{"key":"lamp","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":968}'),
	(148, 'loft', 1774008000000000, '{"key":"loft","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1126}'),
	(149, 'minato', 1774008000000000, '{"key":"minato","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":568}'),
	(150, 'moulin', 1774008000000000, '{"key":"moulin","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":680}'),
	(152, 'wave', 1774008000000000, '{"key":"wave","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2038}'),
	(153, 'parish', 1774008000000000, '{"key":"parish","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":577}'),
	(154, 'quay', 1774008000000000, '{"key":"quay","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":942}'),
	(155, 'wire', 1774008000000000, '{"key":"wire","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":565}'),
	(156, 'almanac', 1774008000000000, '{"key":"almanac","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":994}'),
	(157, 'ferry', 1774008000000000, '{"key":"ferry","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":961}'),
	(158, 'kiln', 1774008000000000, '{"key":"kiln","at":"2026-03-20T12:00:00+00:00","status":"unchanged","next_due":"2026-03-21T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(159, 'gazette', 1774180800000000, '{"key":"gazette","at":"2026-03-22T12:00:00+00:00","status":"unchanged","next_due":"2026-03-23T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":576}'),
	(160, 'hafen', 1774180800000000, '{"key":"hafen","at":"2026-03-22T12:00:00+00:00","status":"unchanged","next_due":"2026-03-23T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":613}'),
	(161, 'lamp', 1774180800000000, '{"key":"lamp","at":"2026-03-22T12:00:00+00:00","status":"unchanged","next_due":"2026-03-23T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":968}'),
	(162, 'loft', 1774180800000000, '{"key":"loft","at":"2026-03-22T12:00:00+00:00","status":"unchanged","next_due":"2026-03-23T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1126}'),
	(163, 'moulin', 1774180800000000, '{"key":"moulin","at":"2026-03-22T12:00:00+00:00","status":"unchanged","next_due":"2026-03-23T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":680}'),
	(164, 'parish', 1774180800000000, '{"key":"parish","at":"2026-03-22T12:00:00+00:00","status":"unchanged","next_due":"2026-03-23T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":577}'),
	(166, 'quay', 1774180800000000, '{"key":"quay","at":"2026-03-22T12:00:00+00:00","status":"unchanged","next_due":"2026-03-23T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":942}'),
	(167, 'wave', 1774180800000000, '{"key":"wave","at":"2026-03-22T12:00:00+00:00","status":"unchanged","next_due":"2026-03-23T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2038}'),
	(168, 'wire', 1774180800000000, '{"key":"wire","at":"2026-03-22T12:00:00+00:00","status":"unchanged","next_due":"2026-03-23T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":565}'),
	(169, 'almanac', 1774180800000000, '{"key":"almanac","at":"2026-03-22T12:00:00+00:00","status":"unchanged","next_due":"2026-03-23T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":994}'),
	(170, 'kiln', 1774180800000000, '{"key":"kiln","at":"2026-03-22T12:00:00+00:00","status":"unchanged","next_due":"2026-03-23T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(171, 'minato', 1774180800000000, '{"key":"minato","at":"2026-03-22T12:00:00+00:00","status":"new","announced":2,"added":["figlx75bael7z5r6ostijdanks"],"next_due":"2026-03-23T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.0,"bytes":950}'),
	(172, 'digest', 1774180800000000, '{"key":"digest","at":"2026-03-22T12:00:00+00:00","status":"new","announced":1,"added":["z6zkibpdwilehzguccokotnbfz"],"next_due":"2026-03-23T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.1,"bytes":549}'),
	(173, 'ferry', 1774180800000000, '{"key":"ferry","at":"2026-03-22T12:00:00+00:00","status":"new","announced":3,"changed":["z6zkibpdwilehzguccokotnbfz"],"next_due":"2026-03-23T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.2,"bytes":1345}'),
	(174, 'digest', 1774353600000000, '{"key":"digest","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":549}'),
	(175, 'gazette', 1774353600000000, '{"key":"gazette","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":576}'),
	(176, 'moulin', 1774353600000000, '{"key":"moulin","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":680}'),
	(177, 'hafen', 1774353600000000, '{"key":"hafen","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":613}'),
	(178, 'lamp', 1774353600000000, '{"key":"lamp","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":968}'),
	(179, 'loft', 1774353600000000, '{"key":"loft","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1126}'),
	(180, 'minato', 1774353600000000, '{"key":"minato","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":950}'),
	(181, 'parish', 1774353600000000, '{"key":"parish","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":577}'),
	(183, 'quay', 1774353600000000, '{"key":"quay","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":942}'),
	(184, 'wave', 1774353600000000, '{"key":"wave","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2038}'),
	(185, 'wire', 1774353600000000, '{"key":"wire","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":565}'),
	(186, 'ferry', 1774353600000000, '{"key":"ferry","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1345}'),
	(187, 'almanac', 1774353600000000, '{"key":"almanac","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":994}'),
	(188, 'kiln', 1774353600000000, '{"key":"kiln","at":"2026-03-24T12:00:00+00:00","status":"unchanged","next_due":"2026-03-25T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(189, 'gazette', 1774526400000000, '{"key":"gazette","at":"2026-03-26T12:00:00+00:00","status":"unchanged","next_due":"2026-03-27T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":576}'),
	(191, 'loft', 1774526400000000, '{"key":"loft","at":"2026-03-26T12:00:00+00:00","status":"unchanged","next_due":"2026-03-27T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1126}'),
	(193, 'quay', 1774526400000000, '{"key":"quay","at":"2026-03-26T12:00:00+00:00","status":"unchanged","next_due":"2026-03-27T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":942}'),
	(194, 'wave', 1774526400000000, '{"key":"wave","at":"2026-03-26T12:00:00+00:00","status":"unchanged","next_due":"2026-03-27T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2038}'),
	(195, 'wire', 1774526400000000, '{"key":"wire","at":"2026-03-26T12:00:00+00:00","status":"unchanged","next_due":"2026-03-27T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":565}'),
	(196, 'ferry', 1774526400000000, '{"key":"ferry","at":"2026-03-26T12:00:00+00:00","status":"unchanged","next_due":"2026-03-27T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1345}'),
	(197, 'almanac', 1774526400000000, '{"key":"almanac","at":"2026-03-26T12:00:00+00:00","status":"unchanged","next_due":"2026-03-27T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":994}'),
	(198, 'kiln', 1774526400000000, '{"key":"kiln","at":"2026-03-26T12:00:00+00:00","status":"unchanged","next_due":"2026-03-27T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(199, 'minato', 1774526400000000, '{"key":"minato","at":"2026-03-26T12:00:00+00:00","status":"unchanged","next_due":"2026-03-27T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":950}'),
	(200, 'parish', 1774526400000000, '{"key":"parish","at":"2026-03-26T12:00:00+00:00","status":"unchanged","next_due":"2026-03-27T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":1.0,"bytes":577}'),
	(201, 'moulin', 1774526400000000, '{"key":"moulin","at":"2026-03-26T12:00:00+00:00","status":"unchanged","next_due":"2026-03-27T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":1.0,"bytes":680}'),
	(202, 'digest', 1774526400000000, '{"key":"digest","at":"2026-03-26T12:00:00+00:00","status":"new","announced":2,"added":["kcv2xseie6culg5m2xsmxfzwkk"],"next_due":"2026-03-27T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":927}'),
	(203, 'hafen', 1774526400000000, '{"key":"hafen","at":"2026-03-26T12:00:00+00:00","status":"new","announced":2,"changed":["kcv2xseie6culg5m2xsmxfzwkk"],"next_due":"2026-03-27T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.9,"bytes":991}'),
	(204, 'gazette', 1774699200000000, '{"key":"gazette","at":"2026-03-28T12:00:00+00:00","status":"unchanged","next_due":"2026-03-29T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":576}'),
	(205, 'lamp', 1774699200000000, '{"key":"lamp","at":"2026-03-28T12:00:00+00:00","status":"unchanged","next_due":"2026-03-29T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":968}'),
	(206, 'minato', 1774699200000000, '{"key":"minato","at":"2026-03-28T12:00:00+00:00","status":"unchanged","next_due":"2026-03-29T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":950}'),
	(207, 'parish', 1774699200000000, '{"key":"parish","at":"2026-03-28T12:00:00+00:00","status":"unchanged","next_due":"2026-03-29T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":577}'),
	(208, 'wire', 1774699200000000, '{"key":"wire","at":"2026-03-28T12:00:00+00:00","status":"unchanged","next_due":"2026-03-29T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":565}'),
	(209, 'quay', 1774699200000000, '{"key":"quay","at":"2026-03-28T12:00:00+00:00","status":"unchanged","next_due":"2026-03-29T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":942}'),
	(210, 'wave', 1774699200000000, '{"key":"wave","at":"2026-03-28T12:00:00+00:00","status":"unchanged","next_due":"2026-03-29T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2038}'),
	(211, 'almanac', 1774699200000000, '{"key":"almanac","at":"2026-03-28T12:00:00+00:00","status":"unchanged","next_due":"2026-03-29T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":994}'),
	(212, 'ferry', 1774699200000000, '{"key":"ferry","at":"2026-03-28T12:00:00+00:00","status":"unchanged","next_due":"2026-03-29T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1345}');
INSERT INTO aged.outcomes VALUES
	(213, 'kiln', 1774699200000000, '{"key":"kiln","at":"2026-03-28T12:00:00+00:00","status":"unchanged","next_due":"2026-03-29T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(214, 'digest', 1774699200000000, '{"key":"digest","at":"2026-03-28T12:00:00+00:00","status":"unchanged","announced":2,"next_due":"2026-03-29T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.4,"bytes":938}'),
	(215, 'hafen', 1774699200000000, '{"key":"hafen","at":"2026-03-28T12:00:00+00:00","status":"new","announced":2,"changed":["kcv2xseie6culg5m2xsmxfzwkk"],"next_due":"2026-03-29T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.2,"bytes":1002}'),
	(216, 'loft', 1774699200000000, '{"key":"loft","at":"2026-03-28T12:00:00+00:00","status":"new","announced":3,"added":["tnvpuyqowklusfwwo25v3x4rfc"],"next_due":"2026-03-29T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.3,"bytes":1581}'),
	(217, 'moulin', 1774699200000000, '{"key":"moulin","at":"2026-03-28T12:00:00+00:00","status":"new","announced":2,"added":["tqjxb47vrzzyltigctm3m33if7"],"next_due":"2026-03-29T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.4,"bytes":1189}'),
	(219, 'digest', 1774872000000000, '{"key":"digest","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":938}'),
	(220, 'hafen', 1774872000000000, '{"key":"hafen","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1002}'),
	(221, 'lamp', 1774872000000000, '{"key":"lamp","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":968}'),
	(222, 'loft', 1774872000000000, '{"key":"loft","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1581}'),
	(223, 'minato', 1774872000000000, '{"key":"minato","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":950}'),
	(224, 'moulin', 1774872000000000, '{"key":"moulin","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1189}'),
	(225, 'parish', 1774872000000000, '{"key":"parish","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":577}'),
	(227, 'quay', 1774872000000000, '{"key":"quay","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":942}'),
	(228, 'wave', 1774872000000000, '{"key":"wave","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2038}'),
	(229, 'wire', 1774872000000000, '{"key":"wire","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":565}'),
	(230, 'almanac', 1774872000000000, '{"key":"almanac","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":994}'),
	(231, 'kiln', 1774872000000000, '{"key":"kiln","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(232, 'ferry', 1774872000000000, '{"key":"ferry","at":"2026-03-30T12:00:00+00:00","status":"unchanged","next_due":"2026-03-31T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1345}'),
	(233, 'gazette', 1774872000000000, '{"key":"gazette","at":"2026-03-30T12:00:00+00:00","status":"new","announced":2,"added":["fbsbyw7le4a37furwljzeeyrbh"],"next_due":"2026-03-31T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.2,"bytes":982}'),
	(234, 'digest', 1775044800000000, '{"key":"digest","at":"2026-04-01T12:00:00+00:00","status":"unchanged","next_due":"2026-04-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":938}'),
	(235, 'gazette', 1775044800000000, '{"key":"gazette","at":"2026-04-01T12:00:00+00:00","status":"unchanged","next_due":"2026-04-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":982}'),
	(236, 'hafen', 1775044800000000, '{"key":"hafen","at":"2026-04-01T12:00:00+00:00","status":"unchanged","next_due":"2026-04-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1002}'),
	(237, 'minato', 1775044800000000, '{"key":"minato","at":"2026-04-01T12:00:00+00:00","status":"unchanged","next_due":"2026-04-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":950}'),
	(238, 'moulin', 1775044800000000, '{"key":"moulin","at":"2026-04-01T12:00:00+00:00","status":"unchanged","next_due":"2026-04-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1189}'),
	(239, 'parish', 1775044800000000, '{"key":"parish","at":"2026-04-01T12:00:00+00:00","status":"unchanged","next_due":"2026-04-02T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":577}'),
	(241, 'wave', 1775044800000000, '{"key":"wave","at":"2026-04-01T12:00:00+00:00","status":"unchanged","next_due":"2026-04-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2038}'),
	(242, 'wire', 1775044800000000, '{"key":"wire","at":"2026-04-01T12:00:00+00:00","status":"unchanged","next_due":"2026-04-02T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":565}'),
	(243, 'almanac', 1775044800000000, '{"key":"almanac","at":"2026-04-01T12:00:00+00:00","status":"unchanged","next_due":"2026-04-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":994}'),
	(244, 'kiln', 1775044800000000, '{"key":"kiln","at":"2026-04-01T12:00:00+00:00","status":"unchanged","next_due":"2026-04-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(245, 'loft', 1775044800000000, '{"key":"loft","at":"2026-04-01T12:00:00+00:00","status":"unchanged","next_due":"2026-04-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1581}'),
	(246, 'ferry', 1775044800000000, '{"key":"ferry","at":"2026-04-01T12:00:00+00:00","status":"new","announced":4,"added":["onw34yow4rxr5xtxgggmr5wekn"],"next_due":"2026-04-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.1,"bytes":1742}'),
	(247, 'lamp', 1775044800000000, '{"key":"lamp","at":"2026-04-01T12:00:00+00:00","status":"new","announced":3,"added":["5v6c5t6q3m3vui2kny6yrszy64"],"next_due":"2026-04-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.1,"bytes":1401}'),
	(248, 'quay', 1775044800000000, '{"key":"quay","at":"2026-04-01T12:00:00+00:00","status":"new","announced":3,"added":["kang6obqgd4ano5nhecodealyh"],"next_due":"2026-04-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.1,"bytes":1336}'),
	(249, 'gazette', 1775217600000000, '{"key":"gazette","at":"2026-04-03T12:00:00+00:00","status":"unchanged","next_due":"2026-04-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":982}'),
	(250, 'hafen', 1775217600000000, '{"key":"hafen","at":"2026-04-03T12:00:00+00:00","status":"unchanged","next_due":"2026-04-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1002}'),
	(251, 'lamp', 1775217600000000, '{"key":"lamp","at":"2026-04-03T12:00:00+00:00","status":"unchanged","next_due":"2026-04-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1401}'),
	(252, 'minato', 1775217600000000, '{"key":"minato","at":"2026-04-03T12:00:00+00:00","status":"unchanged","next_due":"2026-04-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":950}'),
	(253, 'moulin', 1775217600000000, '{"key":"moulin","at":"2026-04-03T12:00:00+00:00","status":"unchanged","next_due":"2026-04-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1189}'),
	(256, 'wave', 1775217600000000, '{"key":"wave","at":"2026-04-03T12:00:00+00:00","status":"unchanged","next_due":"2026-04-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2038}'),
	(257, 'wire', 1775217600000000, '{"key":"wire","at":"2026-04-03T12:00:00+00:00","status":"unchanged","next_due":"2026-04-04T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":565}'),
	(258, 'almanac', 1775217600000000, '{"key":"almanac","at":"2026-04-03T12:00:00+00:00","status":"unchanged","next_due":"2026-04-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":994}'),
	(259, 'kiln', 1775217600000000, '{"key":"kiln","at":"2026-04-03T12:00:00+00:00","status":"unchanged","next_due":"2026-04-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(260, 'loft', 1775217600000000, '{"key":"loft","at":"2026-04-03T12:00:00+00:00","status":"unchanged","next_due":"2026-04-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1581}'),
	(261, 'ferry', 1775217600000000, '{"key":"ferry","at":"2026-04-03T12:00:00+00:00","status":"new","announced":4,"changed":["onw34yow4rxr5xtxgggmr5wekn"],"next_due":"2026-04-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.7,"bytes":1753}'),
	(262, 'quay', 1775217600000000, '{"key":"quay","at":"2026-04-03T12:00:00+00:00","status":"new","announced":3,"changed":["kang6obqgd4ano5nhecodealyh"],"next_due":"2026-04-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.7,"bytes":1347}'),
	(263, 'digest', 1775217600000000, '{"key":"digest","at":"2026-04-03T12:00:00+00:00","status":"new","announced":3,"added":["shpeswkb3woeojcpkluda4lahy"],"next_due":"2026-04-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.7,"bytes":1318}'),
	(264, 'gazette', 1775390400000000, '{"key":"gazette","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":982}'),
	(265, 'digest', 1775390400000000, '{"key":"digest","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1318}'),
	(266, 'hafen', 1775390400000000, '{"key":"hafen","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1002}'),
	(267, 'parish', 1775390400000000, '{"key":"parish","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":577}'),
	(269, 'lamp', 1775390400000000, '{"key":"lamp","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1401}'),
	(270, 'minato', 1775390400000000, '{"key":"minato","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":950}'),
	(271, 'moulin', 1775390400000000, '{"key":"moulin","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1189}'),
	(272, 'quay', 1775390400000000, '{"key":"quay","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1347}'),
	(273, 'wave', 1775390400000000, '{"key":"wave","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2038}'),
	(274, 'wire', 1775390400000000, '{"key":"wire","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":565}'),
	(275, 'ferry', 1775390400000000, '{"key":"ferry","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1753}'),
	(276, 'kiln', 1775390400000000, '{"key":"kiln","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(277, 'loft', 1775390400000000, '{"key":"loft","at":"2026-04-05T12:00:00+00:00","status":"unchanged","next_due":"2026-04-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1581}'),
	(278, 'almanac', 1775390400000000, '{"key":"almanac","at":"2026-04-05T12:00:00+00:00","status":"new","announced":6,"added":["63acmnaimw7z3cfqtrsgks7iyg"],"next_due":"2026-04-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.9,"bytes":1135}'),
	(279, 'digest', 1775563200000000, '{"key":"digest","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1318}'),
	(280, 'gazette', 1775563200000000, '{"key":"gazette","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":982}'),
	(281, 'hafen', 1775563200000000, '{"key":"hafen","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1002}'),
	(282, 'lamp', 1775563200000000, '{"key":"lamp","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1401}'),
	(283, 'parish', 1775563200000000, '{"key":"parish","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":577}'),
	(285, 'quay', 1775563200000000, '{"key":"quay","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1347}'),
	(286, 'wire', 1775563200000000, '{"key":"wire","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":565}'),
	(287, 'ferry', 1775563200000000, '{"key":"ferry","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1753}'),
	(288, 'almanac', 1775563200000000, '{"key":"almanac","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1135}'),
	(289, 'kiln', 1775563200000000, '{"key":"kiln","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(290, 'loft', 1775563200000000, '{"key":"loft","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":1581}'),
	(291, 'minato', 1775563200000000, '{"key":"minato","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":950}'),
	(292, 'moulin', 1775563200000000, '{"key":"moulin","at":"2026-04-07T12:00:00+00:00","status":"unchanged","next_due":"2026-04-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":1189}'),
	(293, 'wave', 1775563200000000, '{"key":"wave","at":"2026-04-07T12:00:00+00:00","status":"new","announced":5,"added":["5dxckslv7ywqpxydgiacucre6s"],"next_due":"2026-04-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.7,"bytes":2540}'),
	(294, 'gazette', 1775736000000000, '{"key":"gazette","at":"2026-04-09T12:00:00+00:00","status":"unchanged","next_due":"2026-04-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":982}'),
	(295, 'hafen', 1775736000000000, '{"key":"hafen","at":"2026-04-09T12:00:00+00:00","status":"unchanged","next_due":"2026-04-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1002}'),
	(296, 'lamp', 1775736000000000, '{"key":"lamp","at":"2026-04-09T12:00:00+00:00","status":"unchanged","next_due":"2026-04-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1401}'),
	(297, 'minato', 1775736000000000, '{"key":"minato","at":"2026-04-09T12:00:00+00:00","status":"unchanged","next_due":"2026-04-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":950}'),
	(298, 'moulin', 1775736000000000, '{"key":"moulin","at":"2026-04-09T12:00:00+00:00","status":"unchanged","next_due":"2026-04-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1189}'),
	(299, 'parish', 1775736000000000, '{"key":"parish","at":"2026-04-09T12:00:00+00:00","status":"unchanged","next_due":"2026-04-10T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":577}'),
	(300, 'quay', 1775736000000000, '{"key":"quay","at":"2026-04-09T12:00:00+00:00","status":"unchanged","next_due":"2026-04-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1347}'),
	(301, 'wave', 1775736000000000, '{"key":"wave","at":"2026-04-09T12:00:00+00:00","status":"unchanged","next_due":"2026-04-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2540}'),
	(302, 'wire', 1775736000000000, '{"key":"wire","at":"2026-04-09T12:00:00+00:00","status":"unchanged","next_due":"2026-04-10T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":565}'),
	(303, 'almanac', 1775736000000000, '{"key":"almanac","at":"2026-04-09T12:00:00+00:00","status":"unchanged","next_due":"2026-04-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1135}'),
	(304, 'kiln', 1775736000000000, '{"key":"kiln","at":"2026-04-09T12:00:00+00:00","status":"unchanged","next_due":"2026-04-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(305, 'ferry', 1775736000000000, '{"key":"ferry","at":"2026-04-09T12:00:00+00:00","status":"unchanged","next_due":"2026-04-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1753}'),
	(307, 'digest', 1775736000000000, '{"key":"digest","at":"2026-04-09T12:00:00+00:00","status":"new","announced":4,"added":["ekrbamfe2kemb3w43u3rwpbv7v"],"next_due":"2026-04-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.3,"bytes":1686}'),
	(308, 'loft', 1775736000000000, '{"key":"loft","at":"2026-04-09T12:00:00+00:00","status":"new","announced":4,"changed":["ekrbamfe2kemb3w43u3rwpbv7v"],"next_due":"2026-04-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.3,"bytes":2002}'),
	(309, 'gazette', 1775908800000000, '{"key":"gazette","at":"2026-04-11T12:00:00+00:00","status":"unchanged","next_due":"2026-04-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":982}'),
	(310, 'hafen', 1775908800000000, '{"key":"hafen","at":"2026-04-11T12:00:00+00:00","status":"unchanged","next_due":"2026-04-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1002}'),
	(311, 'digest', 1775908800000000, '{"key":"digest","at":"2026-04-11T12:00:00+00:00","status":"unchanged","next_due":"2026-04-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1686}'),
	(312, 'loft', 1775908800000000, '{"key":"loft","at":"2026-04-11T12:00:00+00:00","status":"unchanged","next_due":"2026-04-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2002}'),
	(313, 'lamp', 1775908800000000, '{"key":"lamp","at":"2026-04-11T12:00:00+00:00","status":"unchanged","next_due":"2026-04-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1401}'),
	(314, 'minato', 1775908800000000, '{"key":"minato","at":"2026-04-11T12:00:00+00:00","status":"unchanged","next_due":"2026-04-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":950}'),
	(315, 'moulin', 1775908800000000, '{"key":"moulin","at":"2026-04-11T12:00:00+00:00","status":"unchanged","next_due":"2026-04-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1189}'),
	(316, 'parish', 1775908800000000, '{"key":"parish","at":"2026-04-11T12:00:00+00:00","status":"unchanged","next_due":"2026-04-12T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":577}'),
	(318, 'quay', 1775908800000000, '{"key":"quay","at":"2026-04-11T12:00:00+00:00","status":"unchanged","next_due":"2026-04-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1347}'),
	(319, 'wave', 1775908800000000, '{"key":"wave","at":"2026-04-11T12:00:00+00:00","status":"unchanged","next_due":"2026-04-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2540}'),
	(320, 'wire', 1775908800000000, '{"key":"wire","at":"2026-04-11T12:00:00+00:00","status":"unchanged","next_due":"2026-04-12T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","bytes":565}'),
	(321, 'kiln', 1775908800000000, '{"key":"kiln","at":"2026-04-11T12:00:00+00:00","status":"unchanged","next_due":"2026-04-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(322, 'almanac', 1775908800000000, '{"key":"almanac","at":"2026-04-11T12:00:00+00:00","status":"unchanged","announced":6,"next_due":"2026-04-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.5,"bytes":1216}'),
	(323, 'ferry', 1775908800000000, '{"key":"ferry","at":"2026-04-11T12:00:00+00:00","status":"new","announced":5,"added":["7secf5juclkobre2lmsqd6oukj"],"next_due":"2026-04-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.1,"bytes":2145}'),
	(324, 'digest', 1776081600000000, '{"key":"digest","at":"2026-04-13T12:00:00+00:00","status":"unchanged","next_due":"2026-04-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1686}'),
	(325, 'gazette', 1776081600000000, '{"key":"gazette","at":"2026-04-13T12:00:00+00:00","status":"unchanged","next_due":"2026-04-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":982}'),
	(326, 'lamp', 1776081600000000, '{"key":"lamp","at":"2026-04-13T12:00:00+00:00","status":"unchanged","next_due":"2026-04-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1401}'),
	(327, 'loft', 1776081600000000, '{"key":"loft","at":"2026-04-13T12:00:00+00:00","status":"unchanged","next_due":"2026-04-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2002}'),
	(328, 'minato', 1776081600000000, '{"key":"minato","at":"2026-04-13T12:00:00+00:00","status":"unchanged","next_due":"2026-04-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":950}'),
	(329, 'moulin', 1776081600000000, '{"key":"moulin","at":"2026-04-13T12:00:00+00:00","status":"unchanged","next_due":"2026-04-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1189}'),
	(330, 'parish', 1776081600000000, '{"key":"parish","at":"2026-04-13T12:00:00+00:00","status":"unchanged","next_due":"2026-04-14T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":577}'),
	(332, 'wave', 1776081600000000, '{"key":"wave","at":"2026-04-13T12:00:00+00:00","status":"unchanged","next_due":"2026-04-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2540}'),
	(333, 'wire', 1776081600000000, '{"key":"wire","at":"2026-04-13T12:00:00+00:00","status":"unchanged","next_due":"2026-04-14T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":565}'),
	(334, 'ferry', 1776081600000000, '{"key":"ferry","at":"2026-04-13T12:00:00+00:00","status":"unchanged","next_due":"2026-04-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2145}'),
	(335, 'almanac', 1776081600000000, '{"key":"almanac","at":"2026-04-13T12:00:00+00:00","status":"unchanged","next_due":"2026-04-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1216}'),
	(336, 'kiln', 1776081600000000, '{"key":"kiln","at":"2026-04-13T12:00:00+00:00","status":"unchanged","next_due":"2026-04-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(337, 'hafen', 1776081600000000, '{"key":"hafen","at":"2026-04-13T12:00:00+00:00","status":"new","announced":3,"added":["qr6oeytjihvs67sc4rm4e4x62y"],"next_due":"2026-04-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.9,"bytes":1398}'),
	(338, 'quay', 1776081600000000, '{"key":"quay","at":"2026-04-13T12:00:00+00:00","status":"new","announced":4,"added":["7luwat7erbxsxqiywnfxym6v3u"],"next_due":"2026-04-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.0,"bytes":1730}'),
	(339, 'digest', 1776254400000000, '{"key":"digest","at":"2026-04-15T12:00:00+00:00","status":"unchanged","next_due":"2026-04-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1686}'),
	(340, 'gazette', 1776254400000000, '{"key":"gazette","at":"2026-04-15T12:00:00+00:00","status":"unchanged","next_due":"2026-04-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":982}'),
	(341, 'hafen', 1776254400000000, '{"key":"hafen","at":"2026-04-15T12:00:00+00:00","status":"unchanged","next_due":"2026-04-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1398}'),
	(342, 'loft', 1776254400000000, '{"key":"loft","at":"2026-04-15T12:00:00+00:00","status":"unchanged","next_due":"2026-04-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2002}'),
	(343, 'minato', 1776254400000000, '{"key":"minato","at":"2026-04-15T12:00:00+00:00","status":"unchanged","next_due":"2026-04-16T12:00:00+00:00","due_why":"publishes about every 14d; every 1d","seconds":0.1,"bytes":950}'),
	(344, 'moulin', 1776254400000000, '{"key":"moulin","at":"2026-04-15T12:00:00+00:00","status":"unchanged","next_due":"2026-04-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1189}'),
	(346, 'quay', 1776254400000000, '{"key":"quay","at":"2026-04-15T12:00:00+00:00","status":"unchanged","next_due":"2026-04-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1730}'),
	(347, 'wave', 1776254400000000, '{"key":"wave","at":"2026-04-15T12:00:00+00:00","status":"unchanged","next_due":"2026-04-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2540}'),
	(348, 'wire', 1776254400000000, '{"key":"wire","at":"2026-04-15T12:00:00+00:00","status":"unchanged","next_due":"2026-04-16T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":565}'),
	(349, 'ferry', 1776254400000000, '{"key":"ferry","at":"2026-04-15T12:00:00+00:00","status":"unchanged","next_due":"2026-04-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2145}'),
	(350, 'almanac', 1776254400000000, '{"key":"almanac","at":"2026-04-15T12:00:00+00:00","status":"unchanged","next_due":"2026-04-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1216}'),
	(351, 'kiln', 1776254400000000, '{"key":"kiln","at":"2026-04-15T12:00:00+00:00","status":"unchanged","next_due":"2026-04-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(352, 'lamp', 1776254400000000, '{"key":"lamp","at":"2026-04-15T12:00:00+00:00","status":"new","announced":4,"added":["eww2cy7kbz2kcbzrjx6fcs6crj"],"next_due":"2026-04-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.3,"bytes":1832}'),
	(353, 'parish', 1776254400000000, '{"key":"parish","at":"2026-04-15T12:00:00+00:00","status":"new","announced":2,"added":["gevispsxpxhamulw5kxlzztoxm"],"next_due":"2026-04-16T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","seconds":2.3,"bytes":969}'),
	(354, 'hafen', 1776427200000000, '{"key":"hafen","at":"2026-04-17T12:00:00+00:00","status":"unchanged","next_due":"2026-04-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1398}'),
	(355, 'minato', 1776427200000000, '{"key":"minato","at":"2026-04-17T12:00:00+00:00","status":"unchanged","next_due":"2026-04-18T12:00:00+00:00","due_why":"publishes about every 14d; every 1d","seconds":0.1,"bytes":950}'),
	(356, 'moulin', 1776427200000000, '{"key":"moulin","at":"2026-04-17T12:00:00+00:00","status":"unchanged","next_due":"2026-04-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1189}'),
	(357, 'parish', 1776427200000000, '{"key":"parish","at":"2026-04-17T12:00:00+00:00","status":"unchanged","next_due":"2026-04-18T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","seconds":0.1,"bytes":969}'),
	(359, 'quay', 1776427200000000, '{"key":"quay","at":"2026-04-17T12:00:00+00:00","status":"unchanged","next_due":"2026-04-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1730}'),
	(360, 'wave', 1776427200000000, '{"key":"wave","at":"2026-04-17T12:00:00+00:00","status":"unchanged","next_due":"2026-04-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2540}'),
	(361, 'wire', 1776427200000000, '{"key":"wire","at":"2026-04-17T12:00:00+00:00","status":"unchanged","next_due":"2026-04-18T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":0.1,"bytes":565}'),
	(362, 'kiln', 1776427200000000, '{"key":"kiln","at":"2026-04-17T12:00:00+00:00","status":"unchanged","next_due":"2026-04-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(363, 'ferry', 1776427200000000, '{"key":"ferry","at":"2026-04-17T12:00:00+00:00","status":"unchanged","next_due":"2026-04-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2145}'),
	(364, 'almanac', 1776427200000000, '{"key":"almanac","at":"2026-04-17T12:00:00+00:00","status":"unchanged","next_due":"2026-04-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1216}'),
	(365, 'lamp', 1776427200000000, '{"key":"lamp","at":"2026-04-17T12:00:00+00:00","status":"new","announced":4,"changed":["eww2cy7kbz2kcbzrjx6fcs6crj"],"next_due":"2026-04-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.0,"bytes":1843}'),
	(366, 'loft', 1776427200000000, '{"key":"loft","at":"2026-04-17T12:00:00+00:00","status":"new","announced":4,"added":["actjqtjicxpbmtjaa5ffgv2cwj"],"next_due":"2026-04-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.1,"bytes":2018}'),
	(367, 'gazette', 1776427200000000, '{"key":"gazette","at":"2026-04-17T12:00:00+00:00","status":"new","announced":3,"added":["fajsyaoghqc2weicyogfucktej"],"next_due":"2026-04-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.2,"bytes":1365}'),
	(368, 'digest', 1776427200000000, '{"key":"digest","at":"2026-04-17T12:00:00+00:00","status":"unchanged","announced":5,"next_due":"2026-04-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.2,"bytes":2073}'),
	(369, 'gazette', 1776600000000000, '{"key":"gazette","at":"2026-04-19T12:00:00+00:00","status":"unchanged","next_due":"2026-04-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1365}'),
	(370, 'hafen', 1776600000000000, '{"key":"hafen","at":"2026-04-19T12:00:00+00:00","status":"unchanged","next_due":"2026-04-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1398}'),
	(371, 'almanac', 1776600000000000, '{"key":"almanac","at":"2026-04-19T12:00:00+00:00","status":"unchanged","next_due":"2026-04-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1216}'),
	(372, 'ferry', 1776600000000000, '{"key":"ferry","at":"2026-04-19T12:00:00+00:00","status":"unchanged","next_due":"2026-04-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2145}'),
	(373, 'kiln', 1776600000000000, '{"key":"kiln","at":"2026-04-19T12:00:00+00:00","status":"unchanged","next_due":"2026-04-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(374, 'lamp', 1776600000000000, '{"key":"lamp","at":"2026-04-19T12:00:00+00:00","status":"unchanged","next_due":"2026-04-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":1843}'),
	(375, 'wire', 1776600000000000, '{"key":"wire","at":"2026-04-19T12:00:00+00:00","status":"unchanged","next_due":"2026-04-20T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":1.0,"bytes":565}'),
	(376, 'wave', 1776600000000000, '{"key":"wave","at":"2026-04-19T12:00:00+00:00","status":"unchanged","next_due":"2026-04-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":2540}'),
	(377, 'quay', 1776600000000000, '{"key":"quay","at":"2026-04-19T12:00:00+00:00","status":"unchanged","next_due":"2026-04-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":1730}'),
	(378, 'parish', 1776600000000000, '{"key":"parish","at":"2026-04-19T12:00:00+00:00","status":"unchanged","next_due":"2026-04-20T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","seconds":1.1,"bytes":969}'),
	(380, 'moulin', 1776600000000000, '{"key":"moulin","at":"2026-04-19T12:00:00+00:00","status":"unchanged","next_due":"2026-04-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":1189}'),
	(381, 'loft', 1776600000000000, '{"key":"loft","at":"2026-04-19T12:00:00+00:00","status":"unchanged","announced":4,"next_due":"2026-04-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.4,"bytes":2018}'),
	(382, 'digest', 1776600000000000, '{"key":"digest","at":"2026-04-19T12:00:00+00:00","status":"new","announced":6,"added":["uzbwyx6yytrq5lco3dwlapavyd"],"next_due":"2026-04-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.0,"bytes":2458}'),
	(383, 'minato', 1776600000000000, '{"key":"minato","at":"2026-04-19T12:00:00+00:00","status":"new","announced":3,"changed":["uzbwyx6yytrq5lco3dwlapavyd"],"next_due":"2026-04-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.0,"bytes":1335}'),
	(384, 'gazette', 1776772800000000, '{"key":"gazette","at":"2026-04-21T12:00:00+00:00","status":"unchanged","next_due":"2026-04-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1365}'),
	(385, 'hafen', 1776772800000000, '{"key":"hafen","at":"2026-04-21T12:00:00+00:00","status":"unchanged","next_due":"2026-04-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1398}'),
	(386, 'almanac', 1776772800000000, '{"key":"almanac","at":"2026-04-21T12:00:00+00:00","status":"unchanged","next_due":"2026-04-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1216}'),
	(387, 'lamp', 1776772800000000, '{"key":"lamp","at":"2026-04-21T12:00:00+00:00","status":"unchanged","next_due":"2026-04-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1843}'),
	(388, 'kiln', 1776772800000000, '{"key":"kiln","at":"2026-04-21T12:00:00+00:00","status":"unchanged","next_due":"2026-04-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(389, 'wire', 1776772800000000, '{"key":"wire","at":"2026-04-21T12:00:00+00:00","status":"unchanged","next_due":"2026-04-22T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":1.0,"bytes":565}'),
	(390, 'wave', 1776772800000000, '{"key":"wave","at":"2026-04-21T12:00:00+00:00","status":"unchanged","next_due":"2026-04-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":2540}'),
	(391, 'quay', 1776772800000000, '{"key":"quay","at":"2026-04-21T12:00:00+00:00","status":"unchanged","next_due":"2026-04-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":1730}'),
	(393, 'parish', 1776772800000000, '{"key":"parish","at":"2026-04-21T12:00:00+00:00","status":"unchanged","next_due":"2026-04-22T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","seconds":1.0,"bytes":969}'),
	(394, 'minato', 1776772800000000, '{"key":"minato","at":"2026-04-21T12:00:00+00:00","status":"unchanged","next_due":"2026-04-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":1335}'),
	(395, 'digest', 1776772800000000, '{"key":"digest","at":"2026-04-21T12:00:00+00:00","status":"new","announced":7,"added":["rj4ekdirndekojqtbbreuu5byw"],"next_due":"2026-04-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":2856}'),
	(396, 'ferry', 1776772800000000, '{"key":"ferry","at":"2026-04-21T12:00:00+00:00","status":"new","announced":6,"changed":["rj4ekdirndekojqtbbreuu5byw"],"next_due":"2026-04-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":2543}'),
	(397, 'moulin', 1776772800000000, '{"key":"moulin","at":"2026-04-21T12:00:00+00:00","status":"new","announced":3,"added":["yvdjrusnua246mvsilf2uzfwrr"],"next_due":"2026-04-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":1660}'),
	(398, 'loft', 1776772800000000, '{"key":"loft","at":"2026-04-21T12:00:00+00:00","status":"new","announced":5,"added":["sujaficsylnqwq33vix6bjil7w"],"next_due":"2026-04-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.3,"bytes":2467}'),
	(399, 'digest', 1776945600000000, '{"key":"digest","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2856}'),
	(400, 'gazette', 1776945600000000, '{"key":"gazette","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1365}'),
	(401, 'hafen', 1776945600000000, '{"key":"hafen","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1398}'),
	(402, 'quay', 1776945600000000, '{"key":"quay","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1730}'),
	(403, 'kiln', 1776945600000000, '{"key":"kiln","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(404, 'ferry', 1776945600000000, '{"key":"ferry","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2543}'),
	(405, 'almanac', 1776945600000000, '{"key":"almanac","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1216}'),
	(406, 'wire', 1776945600000000, '{"key":"wire","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"rhythm not known yet; every 1d","seconds":1.0,"bytes":565}'),
	(407, 'wave', 1776945600000000, '{"key":"wave","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":2540}'),
	(408, 'parish', 1776945600000000, '{"key":"parish","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","seconds":1.1,"bytes":969}'),
	(409, 'moulin', 1776945600000000, '{"key":"moulin","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":1660}'),
	(410, 'minato', 1776945600000000, '{"key":"minato","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":1335}'),
	(411, 'loft', 1776945600000000, '{"key":"loft","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":2467}'),
	(412, 'lamp', 1776945600000000, '{"key":"lamp","at":"2026-04-23T12:00:00+00:00","status":"unchanged","next_due":"2026-04-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":1843}'),
	(414, 'digest', 1777118400000000, '{"key":"digest","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2856}'),
	(415, 'gazette', 1777118400000000, '{"key":"gazette","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1365}'),
	(416, 'hafen', 1777118400000000, '{"key":"hafen","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1398}'),
	(417, 'lamp', 1777118400000000, '{"key":"lamp","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1843}'),
	(418, 'loft', 1777118400000000, '{"key":"loft","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2467}'),
	(419, 'minato', 1777118400000000, '{"key":"minato","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1335}'),
	(420, 'moulin', 1777118400000000, '{"key":"moulin","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1660}'),
	(421, 'parish', 1777118400000000, '{"key":"parish","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","seconds":0.1,"bytes":969}'),
	(423, 'quay', 1777118400000000, '{"key":"quay","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1730}'),
	(424, 'wave', 1777118400000000, '{"key":"wave","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2540}'),
	(425, 'almanac', 1777118400000000, '{"key":"almanac","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1216}'),
	(426, 'kiln', 1777118400000000, '{"key":"kiln","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(427, 'ferry', 1777118400000000, '{"key":"ferry","at":"2026-04-25T12:00:00+00:00","status":"unchanged","next_due":"2026-04-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2543}'),
	(428, 'wire', 1777118400000000, '{"key":"wire","at":"2026-04-25T12:00:00+00:00","status":"new","announced":2,"added":["lnxugnysoos65bituoxuxnrvjk"],"next_due":"2026-04-26T12:00:00+00:00","due_why":"publishes about every 38d; every 1d","seconds":1.9,"bytes":973}');
INSERT INTO aged.outcomes VALUES
	(429, 'digest', 1777291200000000, '{"key":"digest","at":"2026-04-27T12:00:00+00:00","status":"unchanged","next_due":"2026-04-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2856}'),
	(430, 'gazette', 1777291200000000, '{"key":"gazette","at":"2026-04-27T12:00:00+00:00","status":"unchanged","next_due":"2026-04-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1365}'),
	(431, 'hafen', 1777291200000000, '{"key":"hafen","at":"2026-04-27T12:00:00+00:00","status":"unchanged","next_due":"2026-04-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1398}'),
	(432, 'lamp', 1777291200000000, '{"key":"lamp","at":"2026-04-27T12:00:00+00:00","status":"unchanged","next_due":"2026-04-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1843}'),
	(433, 'loft', 1777291200000000, '{"key":"loft","at":"2026-04-27T12:00:00+00:00","status":"unchanged","next_due":"2026-04-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2467}'),
	(434, 'minato', 1777291200000000, '{"key":"minato","at":"2026-04-27T12:00:00+00:00","status":"unchanged","next_due":"2026-04-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1335}'),
	(435, 'moulin', 1777291200000000, '{"key":"moulin","at":"2026-04-27T12:00:00+00:00","status":"unchanged","next_due":"2026-04-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1660}'),
	(436, 'parish', 1777291200000000, '{"key":"parish","at":"2026-04-27T12:00:00+00:00","status":"unchanged","next_due":"2026-04-28T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","bytes":969}'),
	(438, 'wave', 1777291200000000, '{"key":"wave","at":"2026-04-27T12:00:00+00:00","status":"unchanged","next_due":"2026-04-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2540}'),
	(439, 'ferry', 1777291200000000, '{"key":"ferry","at":"2026-04-27T12:00:00+00:00","status":"unchanged","next_due":"2026-04-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2543}'),
	(440, 'almanac', 1777291200000000, '{"key":"almanac","at":"2026-04-27T12:00:00+00:00","status":"unchanged","next_due":"2026-04-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1216}'),
	(441, 'kiln', 1777291200000000, '{"key":"kiln","at":"2026-04-27T12:00:00+00:00","status":"unchanged","next_due":"2026-04-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(442, 'quay', 1777291200000000, '{"key":"quay","at":"2026-04-27T12:00:00+00:00","status":"new","announced":5,"added":["fgjh4qxvcm3rn27ls6ru2e5xpy"],"next_due":"2026-04-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.2,"bytes":2124}'),
	(443, 'digest', 1777464000000000, '{"key":"digest","at":"2026-04-29T12:00:00+00:00","status":"unchanged","next_due":"2026-04-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2856}'),
	(444, 'gazette', 1777464000000000, '{"key":"gazette","at":"2026-04-29T12:00:00+00:00","status":"unchanged","next_due":"2026-04-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1365}'),
	(445, 'hafen', 1777464000000000, '{"key":"hafen","at":"2026-04-29T12:00:00+00:00","status":"unchanged","next_due":"2026-04-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1398}'),
	(446, 'loft', 1777464000000000, '{"key":"loft","at":"2026-04-29T12:00:00+00:00","status":"unchanged","next_due":"2026-04-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2467}'),
	(447, 'minato', 1777464000000000, '{"key":"minato","at":"2026-04-29T12:00:00+00:00","status":"unchanged","next_due":"2026-04-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1335}'),
	(448, 'moulin', 1777464000000000, '{"key":"moulin","at":"2026-04-29T12:00:00+00:00","status":"unchanged","next_due":"2026-04-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1660}'),
	(449, 'parish', 1777464000000000, '{"key":"parish","at":"2026-04-29T12:00:00+00:00","status":"unchanged","next_due":"2026-04-30T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","seconds":0.1,"bytes":969}'),
	(451, 'quay', 1777464000000000, '{"key":"quay","at":"2026-04-29T12:00:00+00:00","status":"unchanged","next_due":"2026-04-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2124}'),
	(452, 'almanac', 1777464000000000, '{"key":"almanac","at":"2026-04-29T12:00:00+00:00","status":"unchanged","next_due":"2026-04-30T12:00:00+00:00","due_why":"publishes about every 4d; every 1d","seconds":0.1,"bytes":1216}'),
	(453, 'ferry', 1777464000000000, '{"key":"ferry","at":"2026-04-29T12:00:00+00:00","status":"unchanged","next_due":"2026-04-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2543}'),
	(454, 'kiln', 1777464000000000, '{"key":"kiln","at":"2026-04-29T12:00:00+00:00","status":"unchanged","next_due":"2026-04-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(455, 'lamp', 1777464000000000, '{"key":"lamp","at":"2026-04-29T12:00:00+00:00","status":"new","announced":5,"added":["lu2icekubncuquds3fdtgllz2s"],"next_due":"2026-04-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":2250}'),
	(456, 'wave', 1777464000000000, '{"key":"wave","at":"2026-04-29T12:00:00+00:00","status":"new","announced":6,"added":["opx7wsww7i6eruciqhahxukmm6"],"next_due":"2026-04-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":3017}'),
	(457, 'digest', 1777636800000000, '{"key":"digest","at":"2026-05-01T12:00:00+00:00","status":"unchanged","next_due":"2026-05-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2856}'),
	(458, 'gazette', 1777636800000000, '{"key":"gazette","at":"2026-05-01T12:00:00+00:00","status":"unchanged","next_due":"2026-05-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1365}'),
	(459, 'hafen', 1777636800000000, '{"key":"hafen","at":"2026-05-01T12:00:00+00:00","status":"unchanged","next_due":"2026-05-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1398}'),
	(460, 'loft', 1777636800000000, '{"key":"loft","at":"2026-05-01T12:00:00+00:00","status":"unchanged","next_due":"2026-05-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2467}'),
	(461, 'minato', 1777636800000000, '{"key":"minato","at":"2026-05-01T12:00:00+00:00","status":"unchanged","next_due":"2026-05-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1335}'),
	(462, 'moulin', 1777636800000000, '{"key":"moulin","at":"2026-05-01T12:00:00+00:00","status":"unchanged","next_due":"2026-05-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1660}'),
	(463, 'parish', 1777636800000000, '{"key":"parish","at":"2026-05-01T12:00:00+00:00","status":"unchanged","next_due":"2026-05-02T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","bytes":969}'),
	(465, 'quay', 1777636800000000, '{"key":"quay","at":"2026-05-01T12:00:00+00:00","status":"unchanged","next_due":"2026-05-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2124}'),
	(466, 'wave', 1777636800000000, '{"key":"wave","at":"2026-05-01T12:00:00+00:00","status":"unchanged","next_due":"2026-05-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":3017}'),
	(467, 'almanac', 1777636800000000, '{"key":"almanac","at":"2026-05-01T12:00:00+00:00","status":"unchanged","next_due":"2026-05-02T12:00:00+00:00","due_why":"publishes about every 4d; every 1d","seconds":0.1,"bytes":1216}'),
	(468, 'kiln', 1777636800000000, '{"key":"kiln","at":"2026-05-01T12:00:00+00:00","status":"unchanged","next_due":"2026-05-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(469, 'lamp', 1777636800000000, '{"key":"lamp","at":"2026-05-01T12:00:00+00:00","status":"unchanged","next_due":"2026-05-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2250}'),
	(470, 'ferry', 1777636800000000, '{"key":"ferry","at":"2026-05-01T12:00:00+00:00","status":"new","announced":7,"added":["xorqnv6c4655vojmotua6g4rcy"],"next_due":"2026-05-02T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.7,"bytes":2955}'),
	(471, 'digest', 1777809600000000, '{"key":"digest","at":"2026-05-03T12:00:00+00:00","status":"unchanged","next_due":"2026-05-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2856}'),
	(472, 'gazette', 1777809600000000, '{"key":"gazette","at":"2026-05-03T12:00:00+00:00","status":"unchanged","next_due":"2026-05-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1365}'),
	(473, 'hafen', 1777809600000000, '{"key":"hafen","at":"2026-05-03T12:00:00+00:00","status":"unchanged","next_due":"2026-05-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1398}'),
	(474, 'minato', 1777809600000000, '{"key":"minato","at":"2026-05-03T12:00:00+00:00","status":"unchanged","next_due":"2026-05-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1335}'),
	(475, 'moulin', 1777809600000000, '{"key":"moulin","at":"2026-05-03T12:00:00+00:00","status":"unchanged","next_due":"2026-05-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1660}'),
	(476, 'parish', 1777809600000000, '{"key":"parish","at":"2026-05-03T12:00:00+00:00","status":"unchanged","next_due":"2026-05-04T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","bytes":969}'),
	(478, 'quay', 1777809600000000, '{"key":"quay","at":"2026-05-03T12:00:00+00:00","status":"unchanged","next_due":"2026-05-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2124}'),
	(479, 'wave', 1777809600000000, '{"key":"wave","at":"2026-05-03T12:00:00+00:00","status":"unchanged","next_due":"2026-05-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":3017}'),
	(480, 'ferry', 1777809600000000, '{"key":"ferry","at":"2026-05-03T12:00:00+00:00","status":"unchanged","next_due":"2026-05-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2955}'),
	(481, 'kiln', 1777809600000000, '{"key":"kiln","at":"2026-05-03T12:00:00+00:00","status":"unchanged","next_due":"2026-05-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(482, 'lamp', 1777809600000000, '{"key":"lamp","at":"2026-05-03T12:00:00+00:00","status":"unchanged","next_due":"2026-05-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2250}'),
	(483, 'loft', 1777809600000000, '{"key":"loft","at":"2026-05-03T12:00:00+00:00","status":"new","announced":6,"added":["2lszkzrgv53gb2sqfjg3hubo5m"],"next_due":"2026-05-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.6,"bytes":2928}'),
	(484, 'almanac', 1777809600000000, '{"key":"almanac","at":"2026-05-03T12:00:00+00:00","status":"new","announced":7,"added":["vokwpued7kepka63scar5slqq2"],"next_due":"2026-05-04T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.6,"bytes":1380}'),
	(485, 'digest', 1777982400000000, '{"key":"digest","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2856}'),
	(486, 'gazette', 1777982400000000, '{"key":"gazette","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1365}'),
	(487, 'hafen', 1777982400000000, '{"key":"hafen","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1398}'),
	(488, 'quay', 1777982400000000, '{"key":"quay","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2124}'),
	(489, 'parish', 1777982400000000, '{"key":"parish","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","bytes":969}'),
	(491, 'loft', 1777982400000000, '{"key":"loft","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2928}'),
	(492, 'wave', 1777982400000000, '{"key":"wave","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":3017}'),
	(493, 'minato', 1777982400000000, '{"key":"minato","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1335}'),
	(494, 'moulin', 1777982400000000, '{"key":"moulin","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1660}'),
	(495, 'almanac', 1777982400000000, '{"key":"almanac","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1380}'),
	(496, 'ferry', 1777982400000000, '{"key":"ferry","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2955}'),
	(497, 'kiln', 1777982400000000, '{"key":"kiln","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(498, 'lamp', 1777982400000000, '{"key":"lamp","at":"2026-05-05T12:00:00+00:00","status":"unchanged","next_due":"2026-05-06T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2250}'),
	(499, 'digest', 1778155200000000, '{"key":"digest","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2856}'),
	(500, 'gazette', 1778155200000000, '{"key":"gazette","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1365}'),
	(501, 'hafen', 1778155200000000, '{"key":"hafen","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"publishes about every 18d; every 1d","bytes":1398}'),
	(502, 'lamp', 1778155200000000, '{"key":"lamp","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2250}'),
	(503, 'almanac', 1778155200000000, '{"key":"almanac","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1380}'),
	(504, 'ferry', 1778155200000000, '{"key":"ferry","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2955}'),
	(505, 'kiln', 1778155200000000, '{"key":"kiln","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(506, 'quay', 1778155200000000, '{"key":"quay","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":2124}'),
	(507, 'wave', 1778155200000000, '{"key":"wave","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":3017}'),
	(508, 'moulin', 1778155200000000, '{"key":"moulin","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":1660}'),
	(509, 'parish', 1778155200000000, '{"key":"parish","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","seconds":1.0,"bytes":969}'),
	(510, 'minato', 1778155200000000, '{"key":"minato","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":1335}'),
	(511, 'loft', 1778155200000000, '{"key":"loft","at":"2026-05-07T12:00:00+00:00","status":"unchanged","next_due":"2026-05-08T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":2928}'),
	(512, 'digest', 1778328000000000, '{"key":"digest","at":"2026-05-09T12:00:00+00:00","status":"unchanged","next_due":"2026-05-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2856}'),
	(513, 'hafen', 1778328000000000, '{"key":"hafen","at":"2026-05-09T12:00:00+00:00","status":"unchanged","next_due":"2026-05-10T12:00:00+00:00","due_why":"publishes about every 18d; every 1d","seconds":0.1,"bytes":1398}'),
	(514, 'gazette', 1778328000000000, '{"key":"gazette","at":"2026-05-09T12:00:00+00:00","status":"unchanged","next_due":"2026-05-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1365}'),
	(515, 'lamp', 1778328000000000, '{"key":"lamp","at":"2026-05-09T12:00:00+00:00","status":"unchanged","next_due":"2026-05-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2250}'),
	(516, 'loft', 1778328000000000, '{"key":"loft","at":"2026-05-09T12:00:00+00:00","status":"unchanged","next_due":"2026-05-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2928}'),
	(517, 'minato', 1778328000000000, '{"key":"minato","at":"2026-05-09T12:00:00+00:00","status":"unchanged","next_due":"2026-05-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1335}'),
	(518, 'almanac', 1778328000000000, '{"key":"almanac","at":"2026-05-09T12:00:00+00:00","status":"unchanged","next_due":"2026-05-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1380}'),
	(519, 'moulin', 1778328000000000, '{"key":"moulin","at":"2026-05-09T12:00:00+00:00","status":"unchanged","next_due":"2026-05-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1660}'),
	(520, 'ferry', 1778328000000000, '{"key":"ferry","at":"2026-05-09T12:00:00+00:00","status":"unchanged","next_due":"2026-05-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2955}'),
	(521, 'kiln', 1778328000000000, '{"key":"kiln","at":"2026-05-09T12:00:00+00:00","status":"unchanged","next_due":"2026-05-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(522, 'wave', 1778328000000000, '{"key":"wave","at":"2026-05-09T12:00:00+00:00","status":"unchanged","next_due":"2026-05-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":3017}'),
	(523, 'parish', 1778328000000000, '{"key":"parish","at":"2026-05-09T12:00:00+00:00","status":"unchanged","next_due":"2026-05-10T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","seconds":1.0,"bytes":969}'),
	(524, 'quay', 1778328000000000, '{"key":"quay","at":"2026-05-09T12:00:00+00:00","status":"new","announced":6,"added":["zrk72rjoceea24paz3fs3jato7"],"next_due":"2026-05-10T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.7,"bytes":2532}'),
	(525, 'digest', 1778500800000000, '{"key":"digest","at":"2026-05-11T12:00:00+00:00","status":"unchanged","next_due":"2026-05-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2856}'),
	(526, 'gazette', 1778500800000000, '{"key":"gazette","at":"2026-05-11T12:00:00+00:00","status":"unchanged","next_due":"2026-05-12T12:00:00+00:00","due_why":"publishes about every 19d; every 1d","seconds":0.1,"bytes":1365}'),
	(527, 'hafen', 1778500800000000, '{"key":"hafen","at":"2026-05-11T12:00:00+00:00","status":"unchanged","next_due":"2026-05-12T12:00:00+00:00","due_why":"publishes about every 18d; every 1d","seconds":0.1,"bytes":1398}'),
	(528, 'lamp', 1778500800000000, '{"key":"lamp","at":"2026-05-11T12:00:00+00:00","status":"unchanged","next_due":"2026-05-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2250}'),
	(529, 'loft', 1778500800000000, '{"key":"loft","at":"2026-05-11T12:00:00+00:00","status":"unchanged","next_due":"2026-05-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2928}'),
	(530, 'wave', 1778500800000000, '{"key":"wave","at":"2026-05-11T12:00:00+00:00","status":"unchanged","next_due":"2026-05-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3017}'),
	(531, 'almanac', 1778500800000000, '{"key":"almanac","at":"2026-05-11T12:00:00+00:00","status":"unchanged","next_due":"2026-05-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1380}'),
	(532, 'kiln', 1778500800000000, '{"key":"kiln","at":"2026-05-11T12:00:00+00:00","status":"unchanged","next_due":"2026-05-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(533, 'ferry', 1778500800000000, '{"key":"ferry","at":"2026-05-11T12:00:00+00:00","status":"unchanged","announced":8,"skipped":[{"what":"http://ferry.example/members/7","reason":"robots","detail":"robots.txt"}],"next_due":"2026-05-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","refused":1,"seconds":1.0,"bytes":3246}'),
	(534, 'parish', 1778500800000000, '{"key":"parish","at":"2026-05-11T12:00:00+00:00","status":"unchanged","next_due":"2026-05-12T12:00:00+00:00","due_why":"publishes about every 31d; every 1d","seconds":1.0,"bytes":969}'),
	(535, 'moulin', 1778500800000000, '{"key":"moulin","at":"2026-05-11T12:00:00+00:00","status":"unchanged","next_due":"2026-05-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":1660}'),
	(536, 'minato', 1778500800000000, '{"key":"minato","at":"2026-05-11T12:00:00+00:00","status":"unchanged","next_due":"2026-05-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":1335}'),
	(537, 'quay', 1778500800000000, '{"key":"quay","at":"2026-05-11T12:00:00+00:00","status":"new","announced":6,"changed":["zrk72rjoceea24paz3fs3jato7"],"next_due":"2026-05-12T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.6,"bytes":2543}'),
	(538, 'digest', 1778673600000000, '{"key":"digest","at":"2026-05-13T12:00:00+00:00","status":"unchanged","next_due":"2026-05-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2856}'),
	(539, 'gazette', 1778673600000000, '{"key":"gazette","at":"2026-05-13T12:00:00+00:00","status":"unchanged","next_due":"2026-05-14T12:00:00+00:00","due_why":"publishes about every 19d; every 1d","bytes":1365}'),
	(540, 'hafen', 1778673600000000, '{"key":"hafen","at":"2026-05-13T12:00:00+00:00","status":"unchanged","next_due":"2026-05-14T12:00:00+00:00","due_why":"publishes about every 18d; every 1d","bytes":1398}'),
	(541, 'loft', 1778673600000000, '{"key":"loft","at":"2026-05-13T12:00:00+00:00","status":"unchanged","next_due":"2026-05-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2928}'),
	(542, 'minato', 1778673600000000, '{"key":"minato","at":"2026-05-13T12:00:00+00:00","status":"unchanged","next_due":"2026-05-14T12:00:00+00:00","due_why":"publishes about every 20.5d; every 1d","bytes":1335}'),
	(543, 'moulin', 1778673600000000, '{"key":"moulin","at":"2026-05-13T12:00:00+00:00","status":"unchanged","next_due":"2026-05-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1660}'),
	(544, 'quay', 1778673600000000, '{"key":"quay","at":"2026-05-13T12:00:00+00:00","status":"unchanged","next_due":"2026-05-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2543}'),
	(545, 'wave', 1778673600000000, '{"key":"wave","at":"2026-05-13T12:00:00+00:00","status":"unchanged","next_due":"2026-05-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":3017}'),
	(546, 'ferry', 1778673600000000, '{"key":"ferry","at":"2026-05-13T12:00:00+00:00","status":"unchanged","next_due":"2026-05-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3246}'),
	(547, 'almanac', 1778673600000000, '{"key":"almanac","at":"2026-05-13T12:00:00+00:00","status":"unchanged","next_due":"2026-05-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1380}'),
	(548, 'kiln', 1778673600000000, '{"key":"kiln","at":"2026-05-13T12:00:00+00:00","status":"unchanged","next_due":"2026-05-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(549, 'lamp', 1778673600000000, '{"key":"lamp","at":"2026-05-13T12:00:00+00:00","status":"new","announced":6,"added":["z56rhyzejok5ufyms25xv23c4e"],"next_due":"2026-05-14T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.2,"bytes":2658}'),
	(550, 'parish', 1778673600000000, '{"key":"parish","at":"2026-05-13T12:00:00+00:00","status":"new","announced":3,"added":["l7thpiuva5xnomgnt2fbcwqrqh"],"next_due":"2026-05-14T12:00:00+00:00","due_why":"publishes about every 29.5d; every 1d","seconds":1.2,"bytes":1355}'),
	(551, 'digest', 1778846400000000, '{"key":"digest","at":"2026-05-15T12:00:00+00:00","status":"unchanged","next_due":"2026-05-16T12:00:00+00:00","due_why":"publishes about every 4.51d; every 1d","bytes":2856}'),
	(552, 'hafen', 1778846400000000, '{"key":"hafen","at":"2026-05-15T12:00:00+00:00","status":"unchanged","next_due":"2026-05-16T12:00:00+00:00","due_why":"publishes about every 18d; every 1d","bytes":1398}'),
	(553, 'wave', 1778846400000000, '{"key":"wave","at":"2026-05-15T12:00:00+00:00","status":"unchanged","next_due":"2026-05-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":3017}'),
	(554, 'ferry', 1778846400000000, '{"key":"ferry","at":"2026-05-15T12:00:00+00:00","status":"unchanged","next_due":"2026-05-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3246}'),
	(555, 'almanac', 1778846400000000, '{"key":"almanac","at":"2026-05-15T12:00:00+00:00","status":"unchanged","next_due":"2026-05-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1380}'),
	(556, 'kiln', 1778846400000000, '{"key":"kiln","at":"2026-05-15T12:00:00+00:00","status":"unchanged","next_due":"2026-05-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(557, 'quay', 1778846400000000, '{"key":"quay","at":"2026-05-15T12:00:00+00:00","status":"unchanged","next_due":"2026-05-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":2543}'),
	(558, 'moulin', 1778846400000000, '{"key":"moulin","at":"2026-05-15T12:00:00+00:00","status":"unchanged","next_due":"2026-05-16T12:00:00+00:00","due_why":"publishes about every 21.5d; every 1d","seconds":1.1,"bytes":1660}'),
	(559, 'minato', 1778846400000000, '{"key":"minato","at":"2026-05-15T12:00:00+00:00","status":"unchanged","next_due":"2026-05-16T12:00:00+00:00","due_why":"publishes about every 20.5d; every 1d","seconds":1.1,"bytes":1335}'),
	(560, 'parish', 1778846400000000, '{"key":"parish","at":"2026-05-15T12:00:00+00:00","status":"unchanged","next_due":"2026-05-16T12:00:00+00:00","due_why":"publishes about every 29.5d; every 1d","seconds":1.1,"bytes":1355}'),
	(561, 'lamp', 1778846400000000, '{"key":"lamp","at":"2026-05-15T12:00:00+00:00","status":"unchanged","next_due":"2026-05-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":2658}'),
	(562, 'gazette', 1778846400000000, '{"key":"gazette","at":"2026-05-15T12:00:00+00:00","status":"new","announced":4,"added":["a2n7xgptk5pbt5c6z73av2ryrt"],"next_due":"2026-05-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.7,"bytes":1749}'),
	(563, 'loft', 1778846400000000, '{"key":"loft","at":"2026-05-15T12:00:00+00:00","status":"new","announced":7,"added":["e3vttxkcesataay7gel2e6fzrh"],"next_due":"2026-05-16T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.8,"bytes":3345}'),
	(564, 'digest', 1779019200000000, '{"key":"digest","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"publishes about every 4.51d; every 1d","bytes":2856}'),
	(565, 'gazette', 1779019200000000, '{"key":"gazette","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1749}'),
	(566, 'hafen', 1779019200000000, '{"key":"hafen","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"publishes about every 18d; every 1d","bytes":1398}'),
	(567, 'lamp', 1779019200000000, '{"key":"lamp","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2658}'),
	(568, 'loft', 1779019200000000, '{"key":"loft","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":3345}'),
	(569, 'almanac', 1779019200000000, '{"key":"almanac","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1380}'),
	(570, 'kiln', 1779019200000000, '{"key":"kiln","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(571, 'ferry', 1779019200000000, '{"key":"ferry","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3246}'),
	(572, 'wave', 1779019200000000, '{"key":"wave","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":3017}'),
	(573, 'quay', 1779019200000000, '{"key":"quay","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":2543}'),
	(574, 'parish', 1779019200000000, '{"key":"parish","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"publishes about every 29.5d; every 1d","seconds":1.0,"bytes":1355}'),
	(575, 'moulin', 1779019200000000, '{"key":"moulin","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"publishes about every 21.5d; every 1d","seconds":1.0,"bytes":1660}'),
	(576, 'minato', 1779019200000000, '{"key":"minato","at":"2026-05-17T12:00:00+00:00","status":"unchanged","next_due":"2026-05-18T12:00:00+00:00","due_why":"publishes about every 20.5d; every 1d","seconds":1.0,"bytes":1335}'),
	(577, 'almanac', 1779192000000000, '{"key":"almanac","at":"2026-05-19T12:00:00+00:00","status":"unchanged","next_due":"2026-05-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1380}'),
	(578, 'digest', 1779192000000000, '{"key":"digest","at":"2026-05-19T12:00:00+00:00","status":"unchanged","next_due":"2026-05-20T12:00:00+00:00","due_why":"publishes about every 4.51d; every 1d","seconds":0.1,"bytes":2856}'),
	(579, 'gazette', 1779192000000000, '{"key":"gazette","at":"2026-05-19T12:00:00+00:00","status":"unchanged","next_due":"2026-05-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1749}'),
	(580, 'kiln', 1779192000000000, '{"key":"kiln","at":"2026-05-19T12:00:00+00:00","status":"unchanged","next_due":"2026-05-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(581, 'ferry', 1779192000000000, '{"key":"ferry","at":"2026-05-19T12:00:00+00:00","status":"unchanged","next_due":"2026-05-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3246}'),
	(582, 'lamp', 1779192000000000, '{"key":"lamp","at":"2026-05-19T12:00:00+00:00","status":"unchanged","next_due":"2026-05-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2658}'),
	(583, 'loft', 1779192000000000, '{"key":"loft","at":"2026-05-19T12:00:00+00:00","status":"unchanged","next_due":"2026-05-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3345}'),
	(584, 'minato', 1779192000000000, '{"key":"minato","at":"2026-05-19T12:00:00+00:00","status":"unchanged","next_due":"2026-05-20T12:00:00+00:00","due_why":"publishes about every 20.5d; every 1d","seconds":0.1,"bytes":1335}'),
	(585, 'quay', 1779192000000000, '{"key":"quay","at":"2026-05-19T12:00:00+00:00","status":"unchanged","next_due":"2026-05-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2543}'),
	(586, 'parish', 1779192000000000, '{"key":"parish","at":"2026-05-19T12:00:00+00:00","status":"unchanged","next_due":"2026-05-20T12:00:00+00:00","due_why":"publishes about every 29.5d; every 1d","seconds":0.1,"bytes":1355}'),
	(587, 'wave', 1779192000000000, '{"key":"wave","at":"2026-05-19T12:00:00+00:00","status":"unchanged","next_due":"2026-05-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3017}'),
	(588, 'moulin', 1779192000000000, '{"key":"moulin","at":"2026-05-19T12:00:00+00:00","status":"unchanged","announced":4,"skipped":[{"what":"http://moulin.example/stories/3","reason":"paywall","detail":"0 letters of text"}],"next_due":"2026-05-20T12:00:00+00:00","due_why":"publishes about every 24d; every 1d","refused":1,"seconds":1.5,"bytes":2179}'),
	(589, 'hafen', 1779192000000000, '{"key":"hafen","at":"2026-05-19T12:00:00+00:00","status":"new","announced":4,"added":["hm3zvame26vv52fu3nuezgnzuo"],"next_due":"2026-05-20T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.9,"bytes":1822}'),
	(590, 'digest', 1779364800000000, '{"key":"digest","at":"2026-05-21T12:00:00+00:00","status":"unchanged","next_due":"2026-05-22T12:00:00+00:00","due_why":"publishes about every 4.51d; every 1d","seconds":0.1,"bytes":2856}'),
	(591, 'hafen', 1779364800000000, '{"key":"hafen","at":"2026-05-21T12:00:00+00:00","status":"unchanged","next_due":"2026-05-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1822}'),
	(592, 'gazette', 1779364800000000, '{"key":"gazette","at":"2026-05-21T12:00:00+00:00","status":"unchanged","next_due":"2026-05-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1749}'),
	(593, 'lamp', 1779364800000000, '{"key":"lamp","at":"2026-05-21T12:00:00+00:00","status":"unchanged","next_due":"2026-05-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2658}'),
	(594, 'loft', 1779364800000000, '{"key":"loft","at":"2026-05-21T12:00:00+00:00","status":"unchanged","next_due":"2026-05-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3345}'),
	(595, 'parish', 1779364800000000, '{"key":"parish","at":"2026-05-21T12:00:00+00:00","status":"unchanged","next_due":"2026-05-22T12:00:00+00:00","due_why":"publishes about every 29.5d; every 1d","seconds":0.1,"bytes":1355}'),
	(596, 'moulin', 1779364800000000, '{"key":"moulin","at":"2026-05-21T12:00:00+00:00","status":"unchanged","next_due":"2026-05-22T12:00:00+00:00","due_why":"publishes about every 24d; every 1d","seconds":0.1,"bytes":2179}'),
	(597, 'quay', 1779364800000000, '{"key":"quay","at":"2026-05-21T12:00:00+00:00","status":"unchanged","next_due":"2026-05-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2543}'),
	(598, 'wave', 1779364800000000, '{"key":"wave","at":"2026-05-21T12:00:00+00:00","status":"unchanged","next_due":"2026-05-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3017}'),
	(599, 'almanac', 1779364800000000, '{"key":"almanac","at":"2026-05-21T12:00:00+00:00","status":"unchanged","next_due":"2026-05-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1380}'),
	(600, 'kiln', 1779364800000000, '{"key":"kiln","at":"2026-05-21T12:00:00+00:00","status":"unchanged","next_due":"2026-05-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(601, 'minato', 1779364800000000, '{"key":"minato","at":"2026-05-21T12:00:00+00:00","status":"new","announced":4,"added":["pvkbdntmad627b3ddm6jzgrv7w"],"next_due":"2026-05-22T12:00:00+00:00","due_why":"publishes about every 27d; every 1d","seconds":1.6,"bytes":1762}'),
	(602, 'ferry', 1779364800000000, '{"key":"ferry","at":"2026-05-21T12:00:00+00:00","status":"new","announced":8,"added":["lbo3wh2yvybmrqi5ogq6ikco5k"],"next_due":"2026-05-22T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.7,"bytes":3280}'),
	(603, 'digest', 1779537600000000, '{"key":"digest","at":"2026-05-23T12:00:00+00:00","status":"unchanged","next_due":"2026-05-24T12:00:00+00:00","due_why":"publishes about every 4.51d; every 1d","bytes":2856}'),
	(604, 'gazette', 1779537600000000, '{"key":"gazette","at":"2026-05-23T12:00:00+00:00","status":"unchanged","next_due":"2026-05-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1749}'),
	(605, 'hafen', 1779537600000000, '{"key":"hafen","at":"2026-05-23T12:00:00+00:00","status":"unchanged","next_due":"2026-05-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1822}'),
	(606, 'minato', 1779537600000000, '{"key":"minato","at":"2026-05-23T12:00:00+00:00","status":"unchanged","next_due":"2026-05-24T12:00:00+00:00","due_why":"publishes about every 27d; every 1d","bytes":1762}'),
	(607, 'almanac', 1779537600000000, '{"key":"almanac","at":"2026-05-23T12:00:00+00:00","status":"unchanged","next_due":"2026-05-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1380}'),
	(608, 'kiln', 1779537600000000, '{"key":"kiln","at":"2026-05-23T12:00:00+00:00","status":"unchanged","next_due":"2026-05-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(609, 'wave', 1779537600000000, '{"key":"wave","at":"2026-05-23T12:00:00+00:00","status":"unchanged","next_due":"2026-05-24T12:00:00+00:00","due_why":"publishes about every 22d; every 1d","seconds":1.0,"bytes":3017}'),
	(610, 'parish', 1779537600000000, '{"key":"parish","at":"2026-05-23T12:00:00+00:00","status":"unchanged","next_due":"2026-05-24T12:00:00+00:00","due_why":"publishes about every 29.5d; every 1d","seconds":1.0,"bytes":1355}'),
	(611, 'moulin', 1779537600000000, '{"key":"moulin","at":"2026-05-23T12:00:00+00:00","status":"unchanged","next_due":"2026-05-24T12:00:00+00:00","due_why":"publishes about every 24d; every 1d","seconds":1.0,"bytes":2179}'),
	(612, 'loft', 1779537600000000, '{"key":"loft","at":"2026-05-23T12:00:00+00:00","status":"unchanged","next_due":"2026-05-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":3345}'),
	(613, 'lamp', 1779537600000000, '{"key":"lamp","at":"2026-05-23T12:00:00+00:00","status":"unchanged","next_due":"2026-05-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":2658}'),
	(614, 'quay', 1779537600000000, '{"key":"quay","at":"2026-05-23T12:00:00+00:00","status":"unchanged","announced":7,"skipped":[{"what":"http://quay.example/stories/6","reason":"http-404","detail":"http://quay.example/stories/6 answered 404"}],"next_due":"2026-05-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","refused":1,"seconds":1.1,"bytes":2863}'),
	(615, 'ferry', 1779537600000000, '{"key":"ferry","at":"2026-05-23T12:00:00+00:00","status":"new","announced":8,"changed":["lbo3wh2yvybmrqi5ogq6ikco5k"],"next_due":"2026-05-24T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.6,"bytes":3291}'),
	(616, 'minato', 1779710400000000, '{"key":"minato","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"publishes about every 27d; every 1d","bytes":1762}'),
	(617, 'digest', 1779710400000000, '{"key":"digest","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"publishes about every 4.51d; every 1d","bytes":2856}'),
	(618, 'lamp', 1779710400000000, '{"key":"lamp","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2658}'),
	(619, 'gazette', 1779710400000000, '{"key":"gazette","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1749}'),
	(620, 'loft', 1779710400000000, '{"key":"loft","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":3345}'),
	(621, 'hafen', 1779710400000000, '{"key":"hafen","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1822}'),
	(622, 'quay', 1779710400000000, '{"key":"quay","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":2863}'),
	(623, 'moulin', 1779710400000000, '{"key":"moulin","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"publishes about every 24d; every 1d","bytes":2179}'),
	(624, 'wave', 1779710400000000, '{"key":"wave","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"publishes about every 22d; every 1d","bytes":3017}'),
	(625, 'parish', 1779710400000000, '{"key":"parish","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"publishes about every 29.5d; every 1d","bytes":1355}'),
	(626, 'ferry', 1779710400000000, '{"key":"ferry","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3291}'),
	(627, 'almanac', 1779710400000000, '{"key":"almanac","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1380}'),
	(628, 'kiln', 1779710400000000, '{"key":"kiln","at":"2026-05-25T12:00:00+00:00","status":"unchanged","next_due":"2026-05-26T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(629, 'hafen', 1779883200000000, '{"key":"hafen","at":"2026-05-27T12:00:00+00:00","status":"unchanged","next_due":"2026-05-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1822}'),
	(630, 'digest', 1779883200000000, '{"key":"digest","at":"2026-05-27T12:00:00+00:00","status":"unchanged","next_due":"2026-05-28T12:00:00+00:00","due_why":"publishes about every 4.51d; every 1d","bytes":2856}'),
	(631, 'gazette', 1779883200000000, '{"key":"gazette","at":"2026-05-27T12:00:00+00:00","status":"unchanged","next_due":"2026-05-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","bytes":1749}'),
	(632, 'minato', 1779883200000000, '{"key":"minato","at":"2026-05-27T12:00:00+00:00","status":"unchanged","next_due":"2026-05-28T12:00:00+00:00","due_why":"publishes about every 27d; every 1d","bytes":1762}'),
	(633, 'moulin', 1779883200000000, '{"key":"moulin","at":"2026-05-27T12:00:00+00:00","status":"unchanged","next_due":"2026-05-28T12:00:00+00:00","due_why":"publishes about every 24d; every 1d","bytes":2179}');
INSERT INTO aged.outcomes VALUES
	(634, 'kiln', 1779883200000000, '{"key":"kiln","at":"2026-05-27T12:00:00+00:00","status":"unchanged","next_due":"2026-05-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(635, 'ferry', 1779883200000000, '{"key":"ferry","at":"2026-05-27T12:00:00+00:00","status":"unchanged","next_due":"2026-05-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3291}'),
	(636, 'almanac', 1779883200000000, '{"key":"almanac","at":"2026-05-27T12:00:00+00:00","status":"unchanged","next_due":"2026-05-28T12:00:00+00:00","due_why":"publishes about every 11d; every 1d","seconds":0.1,"bytes":1380}'),
	(637, 'wave', 1779883200000000, '{"key":"wave","at":"2026-05-27T12:00:00+00:00","status":"unchanged","next_due":"2026-05-28T12:00:00+00:00","due_why":"publishes about every 22d; every 1d","seconds":1.0,"bytes":3017}'),
	(638, 'quay', 1779883200000000, '{"key":"quay","at":"2026-05-27T12:00:00+00:00","status":"unchanged","next_due":"2026-05-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.0,"bytes":2863}'),
	(639, 'parish', 1779883200000000, '{"key":"parish","at":"2026-05-27T12:00:00+00:00","status":"unchanged","next_due":"2026-05-28T12:00:00+00:00","due_why":"publishes about every 29.5d; every 1d","seconds":1.0,"bytes":1355}'),
	(640, 'loft', 1779883200000000, '{"key":"loft","at":"2026-05-27T12:00:00+00:00","status":"unchanged","announced":8,"pending":1,"skipped":[{"what":"http://loft.example/stories/7","reason":"http-503","detail":"http://loft.example/stories/7 answered 503; try 1 of 5"}],"next_due":"2026-05-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.4,"bytes":3695}'),
	(641, 'lamp', 1779883200000000, '{"key":"lamp","at":"2026-05-27T12:00:00+00:00","status":"new","announced":7,"added":["ty3a77ck5vb4r4yabxz6ubbng2"],"next_due":"2026-05-28T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":2.3,"bytes":3067}'),
	(642, 'digest', 1780056000000000, '{"key":"digest","at":"2026-05-29T12:00:00+00:00","status":"unchanged","next_due":"2026-05-30T12:00:00+00:00","due_why":"publishes about every 4.51d; every 1d","seconds":0.1,"bytes":2856}'),
	(643, 'gazette', 1780056000000000, '{"key":"gazette","at":"2026-05-29T12:00:00+00:00","status":"unchanged","next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1749}'),
	(644, 'minato', 1780056000000000, '{"key":"minato","at":"2026-05-29T12:00:00+00:00","status":"unchanged","next_due":"2026-05-30T12:00:00+00:00","due_why":"publishes about every 27d; every 1d","seconds":0.1,"bytes":1762}'),
	(645, 'lamp', 1780056000000000, '{"key":"lamp","at":"2026-05-29T12:00:00+00:00","status":"unchanged","next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3067}'),
	(646, 'hafen', 1780056000000000, '{"key":"hafen","at":"2026-05-29T12:00:00+00:00","status":"unchanged","next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":1822}'),
	(647, 'almanac', 1780056000000000, '{"key":"almanac","at":"2026-05-29T12:00:00+00:00","status":"unchanged","next_due":"2026-05-30T12:00:00+00:00","due_why":"publishes about every 11d; every 1d","seconds":0.1,"bytes":1380}'),
	(648, 'ferry', 1780056000000000, '{"key":"ferry","at":"2026-05-29T12:00:00+00:00","status":"unchanged","next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3291}'),
	(649, 'kiln', 1780056000000000, '{"key":"kiln","at":"2026-05-29T12:00:00+00:00","status":"unchanged","next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":2349}'),
	(650, 'loft', 1780056000000000, '{"key":"loft","at":"2026-05-29T12:00:00+00:00","status":"unchanged","pending":1,"skipped":[{"what":"http://loft.example/stories/7","reason":"http-503","detail":"http://loft.example/stories/7 answered 503; try 2 of 5"}],"next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":0.1,"bytes":3695}'),
	(651, 'wave', 1780056000000000, '{"key":"wave","at":"2026-05-29T12:00:00+00:00","status":"unchanged","next_due":"2026-05-30T12:00:00+00:00","due_why":"publishes about every 22d; every 1d","seconds":1.1,"bytes":3017}'),
	(652, 'quay', 1780056000000000, '{"key":"quay","at":"2026-05-29T12:00:00+00:00","status":"unchanged","next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d","seconds":1.1,"bytes":2863}'),
	(653, 'moulin', 1780056000000000, '{"key":"moulin","at":"2026-05-29T12:00:00+00:00","status":"unchanged","next_due":"2026-05-30T12:00:00+00:00","due_why":"publishes about every 24d; every 1d","seconds":1.1,"bytes":2179}'),
	(654, 'parish', 1780056000000000, '{"key":"parish","at":"2026-05-29T12:00:00+00:00","status":"unchanged","next_due":"2026-05-30T12:00:00+00:00","due_why":"publishes about every 29.5d; every 1d","seconds":1.1,"bytes":1355}');


--
-- Data for Name: pictures; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.pictures VALUES
	('ze73z3syrhrdoyiol3wfpgxllx', 'http://ferry.example/pictures/10.jpg', 1772452800000000, NULL, 'pictures/7481ecb1c4b9ac70fef9.webp', 480, 270, 0, '', ''),
	('pcjok5qenjfrghieivaazu2xiq', 'http://loft.example/pictures/23.jpg', 1773662400000000, NULL, 'pictures/eeb0333f4b0cf61ac14d.webp', 480, 270, 0, '', ''),
	('jnkez2sv5d2qhbdicvr3p3npwv', 'http://pics.example/l.png', 1772625600000000, NULL, '', 0, 0, 5, 'http-404', 'http://pics.example/l.png answered 404'),
	('5v6c5t6q3m3vui2kny6yrszy64', 'http://lamp.example/pictures/37.jpg', 1775044800000000, NULL, 'pictures/9026124ff7adf92a8135.webp', 480, 270, 0, '', ''),
	('uzbwyx6yytrq5lco3dwlapavyd', 'http://minato.example/pictures/49.jpg', 1776600000000000, NULL, 'pictures/540540536817dac85f73.webp', 480, 270, 0, '', '');


--
-- Data for Name: pruned; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.pruned VALUES
	('ferry.example/stories/4', '7secf5juclkobre2lmsqd6oukj'),
	('guid:ferry:ferry-4', '7secf5juclkobre2lmsqd6oukj'),
	('guid:rook:rook-0', '6trdl4hcohvtgypltmfxyk7pvb'),
	('rook.example/stories/0', '6trdl4hcohvtgypltmfxyk7pvb');


--
-- Data for Name: reservations; Type: TABLE DATA; Schema: aged; Owner: -
--



--
-- Data for Name: sketch_keys; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.sketch_keys VALUES
	(2304401, '2b52kq6c4onksdevwjlnkzwbzm'),
	(55188203, '2b52kq6c4onksdevwjlnkzwbzm'),
	(67017941, '2b52kq6c4onksdevwjlnkzwbzm'),
	(85371137, '2b52kq6c4onksdevwjlnkzwbzm'),
	(44359792, '2lszkzrgv53gb2sqfjg3hubo5m'),
	(55188203, '2lszkzrgv53gb2sqfjg3hubo5m'),
	(72374730, '2lszkzrgv53gb2sqfjg3hubo5m'),
	(93007202, '2lszkzrgv53gb2sqfjg3hubo5m'),
	(3593961, '5dxckslv7ywqpxydgiacucre6s'),
	(46518544, '5dxckslv7ywqpxydgiacucre6s'),
	(56054981, '5dxckslv7ywqpxydgiacucre6s'),
	(90339547, '5dxckslv7ywqpxydgiacucre6s'),
	(13250708, '5v6c5t6q3m3vui2kny6yrszy64'),
	(13727345, '5v6c5t6q3m3vui2kny6yrszy64'),
	(42956123, '5v6c5t6q3m3vui2kny6yrszy64'),
	(43550246, '5v6c5t6q3m3vui2kny6yrszy64'),
	(1894478, '63acmnaimw7z3cfqtrsgks7iyg'),
	(21405369, '63acmnaimw7z3cfqtrsgks7iyg'),
	(24987533, '63acmnaimw7z3cfqtrsgks7iyg'),
	(47555934, '63acmnaimw7z3cfqtrsgks7iyg'),
	(19658575, '6dpiudxcqw5fldcglildylaoyi'),
	(50501038, '6dpiudxcqw5fldcglildylaoyi'),
	(55188203, '6dpiudxcqw5fldcglildylaoyi'),
	(56054981, '6dpiudxcqw5fldcglildylaoyi'),
	(45128990, '7c5a3xoloqhiy2s6kjhbpqv2vu'),
	(51148122, '7c5a3xoloqhiy2s6kjhbpqv2vu'),
	(51163836, '7c5a3xoloqhiy2s6kjhbpqv2vu'),
	(55188203, '7c5a3xoloqhiy2s6kjhbpqv2vu'),
	(13250708, '7luwat7erbxsxqiywnfxym6v3u'),
	(36105413, '7luwat7erbxsxqiywnfxym6v3u'),
	(36936100, '7luwat7erbxsxqiywnfxym6v3u'),
	(73374060, '7luwat7erbxsxqiywnfxym6v3u'),
	(32283657, '7v4nbcgwajtfvx2qhnlnhukxdv'),
	(35695880, '7v4nbcgwajtfvx2qhnlnhukxdv'),
	(90979171, '7v4nbcgwajtfvx2qhnlnhukxdv'),
	(93271134, '7v4nbcgwajtfvx2qhnlnhukxdv'),
	(895642, '7ylpg6iqlddqnhdg6rijscvhn6'),
	(1894478, '7ylpg6iqlddqnhdg6rijscvhn6'),
	(22643586, '7ylpg6iqlddqnhdg6rijscvhn6'),
	(77281411, '7ylpg6iqlddqnhdg6rijscvhn6'),
	(10437342, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(32283657, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(44359792, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(48086312, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(55188203, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(70207792, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(85371137, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(93271134, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(109868359, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(123862621, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(144003374, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(150068058, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(164308142, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(198378810, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(211951499, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(219351930, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(226258573, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(241105372, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(258386294, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(287139660, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(293401818, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(320294876, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(339050622, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(372900595, 'a2n7xgptk5pbt5c6z73av2ryrt'),
	(17293098, 'actjqtjicxpbmtjaa5ffgv2cwj'),
	(23639495, 'actjqtjicxpbmtjaa5ffgv2cwj'),
	(32283657, 'actjqtjicxpbmtjaa5ffgv2cwj'),
	(55188203, 'actjqtjicxpbmtjaa5ffgv2cwj'),
	(4234697, 'af6pbk2fnpntxqlk4we5tse5gu'),
	(6385991, 'af6pbk2fnpntxqlk4we5tse5gu'),
	(26510755, 'af6pbk2fnpntxqlk4we5tse5gu'),
	(42872140, 'af6pbk2fnpntxqlk4we5tse5gu'),
	(51148122, 'e3vttxkcesataay7gel2e6fzrh'),
	(55188203, 'e3vttxkcesataay7gel2e6fzrh'),
	(95999138, 'e3vttxkcesataay7gel2e6fzrh'),
	(112952955, 'e3vttxkcesataay7gel2e6fzrh'),
	(143752593, 'e3vttxkcesataay7gel2e6fzrh'),
	(169301587, 'e3vttxkcesataay7gel2e6fzrh'),
	(173510810, 'e3vttxkcesataay7gel2e6fzrh'),
	(176265841, 'e3vttxkcesataay7gel2e6fzrh'),
	(179805596, 'e3vttxkcesataay7gel2e6fzrh'),
	(180345913, 'e3vttxkcesataay7gel2e6fzrh'),
	(183409624, 'e3vttxkcesataay7gel2e6fzrh'),
	(188115538, 'e3vttxkcesataay7gel2e6fzrh'),
	(219480651, 'e3vttxkcesataay7gel2e6fzrh'),
	(230876080, 'e3vttxkcesataay7gel2e6fzrh'),
	(266519523, 'e3vttxkcesataay7gel2e6fzrh'),
	(269425579, 'e3vttxkcesataay7gel2e6fzrh'),
	(278501381, 'e3vttxkcesataay7gel2e6fzrh'),
	(287265208, 'e3vttxkcesataay7gel2e6fzrh'),
	(311486790, 'e3vttxkcesataay7gel2e6fzrh'),
	(318347289, 'e3vttxkcesataay7gel2e6fzrh'),
	(331148793, 'e3vttxkcesataay7gel2e6fzrh'),
	(344162218, 'e3vttxkcesataay7gel2e6fzrh'),
	(380082239, 'e3vttxkcesataay7gel2e6fzrh'),
	(380308821, 'e3vttxkcesataay7gel2e6fzrh'),
	(5914119, 'eaxosia56ciyiqjs3bededenza'),
	(8920177, 'eaxosia56ciyiqjs3bededenza'),
	(14288859, 'eaxosia56ciyiqjs3bededenza'),
	(23639495, 'eaxosia56ciyiqjs3bededenza'),
	(13727345, 'eww2cy7kbz2kcbzrjx6fcs6crj'),
	(58615693, 'eww2cy7kbz2kcbzrjx6fcs6crj'),
	(71609643, 'eww2cy7kbz2kcbzrjx6fcs6crj'),
	(77281411, 'eww2cy7kbz2kcbzrjx6fcs6crj'),
	(55188203, 'fajsyaoghqc2weicyogfucktej'),
	(71211515, 'fajsyaoghqc2weicyogfucktej'),
	(86114143, 'fajsyaoghqc2weicyogfucktej'),
	(110392118, 'fajsyaoghqc2weicyogfucktej'),
	(3327169, 'fbsbyw7le4a37furwljzeeyrbh'),
	(5914119, 'fbsbyw7le4a37furwljzeeyrbh'),
	(17830385, 'fbsbyw7le4a37furwljzeeyrbh'),
	(20027269, 'fbsbyw7le4a37furwljzeeyrbh'),
	(1894478, 'fgjh4qxvcm3rn27ls6ru2e5xpy'),
	(7888454, 'fgjh4qxvcm3rn27ls6ru2e5xpy'),
	(55188203, 'fgjh4qxvcm3rn27ls6ru2e5xpy'),
	(56054981, 'fgjh4qxvcm3rn27ls6ru2e5xpy'),
	(5778659, 'figlx75bael7z5r6ostijdanks'),
	(11816772, 'figlx75bael7z5r6ostijdanks'),
	(18886408, 'figlx75bael7z5r6ostijdanks'),
	(19847571, 'figlx75bael7z5r6ostijdanks'),
	(28069954, 'ftrrql6nb6o276vsqkycngy6gm'),
	(85371137, 'ftrrql6nb6o276vsqkycngy6gm'),
	(95637839, 'ftrrql6nb6o276vsqkycngy6gm'),
	(109868359, 'ftrrql6nb6o276vsqkycngy6gm'),
	(5143871, 'g57dhcprob4fcjybf4iqqdnqvn'),
	(5914119, 'g57dhcprob4fcjybf4iqqdnqvn'),
	(31165858, 'g57dhcprob4fcjybf4iqqdnqvn'),
	(48086312, 'g57dhcprob4fcjybf4iqqdnqvn'),
	(3062682, 'gevispsxpxhamulw5kxlzztoxm'),
	(4686411, 'gevispsxpxhamulw5kxlzztoxm'),
	(14288859, 'gevispsxpxhamulw5kxlzztoxm'),
	(56846476, 'gevispsxpxhamulw5kxlzztoxm'),
	(36105413, 'gklnugmpmta2gk3olbhwuml6si'),
	(78999878, 'gklnugmpmta2gk3olbhwuml6si'),
	(85371137, 'gklnugmpmta2gk3olbhwuml6si'),
	(109868359, 'gklnugmpmta2gk3olbhwuml6si'),
	(5547118, 'hfzmbzv6aqcfm5us4juahqyh4i'),
	(7587871, 'hfzmbzv6aqcfm5us4juahqyh4i'),
	(17765403, 'hfzmbzv6aqcfm5us4juahqyh4i'),
	(18538396, 'hfzmbzv6aqcfm5us4juahqyh4i'),
	(38361025, 'hm3zvame26vv52fu3nuezgnzuo'),
	(81502684, 'hm3zvame26vv52fu3nuezgnzuo'),
	(82045177, 'hm3zvame26vv52fu3nuezgnzuo'),
	(125071484, 'hm3zvame26vv52fu3nuezgnzuo'),
	(139135828, 'hm3zvame26vv52fu3nuezgnzuo'),
	(177566288, 'hm3zvame26vv52fu3nuezgnzuo'),
	(186643902, 'hm3zvame26vv52fu3nuezgnzuo'),
	(211850349, 'hm3zvame26vv52fu3nuezgnzuo'),
	(220798857, 'hm3zvame26vv52fu3nuezgnzuo'),
	(255786308, 'hm3zvame26vv52fu3nuezgnzuo'),
	(260562630, 'hm3zvame26vv52fu3nuezgnzuo'),
	(264312423, 'hm3zvame26vv52fu3nuezgnzuo'),
	(265348744, 'hm3zvame26vv52fu3nuezgnzuo'),
	(266341402, 'hm3zvame26vv52fu3nuezgnzuo'),
	(282237457, 'hm3zvame26vv52fu3nuezgnzuo'),
	(320149851, 'hm3zvame26vv52fu3nuezgnzuo'),
	(341671281, 'hm3zvame26vv52fu3nuezgnzuo'),
	(355416158, 'hm3zvame26vv52fu3nuezgnzuo'),
	(397868278, 'hm3zvame26vv52fu3nuezgnzuo'),
	(419866039, 'hm3zvame26vv52fu3nuezgnzuo'),
	(440644047, 'hm3zvame26vv52fu3nuezgnzuo'),
	(458895181, 'hm3zvame26vv52fu3nuezgnzuo'),
	(466444953, 'hm3zvame26vv52fu3nuezgnzuo'),
	(496819584, 'hm3zvame26vv52fu3nuezgnzuo'),
	(5770131, 'jjri22xne2rea5e4b65uevj52d'),
	(31010201, 'jjri22xne2rea5e4b65uevj52d'),
	(49345369, 'jjri22xne2rea5e4b65uevj52d'),
	(55188203, 'jjri22xne2rea5e4b65uevj52d'),
	(5361322, 'jnkez2sv5d2qhbdicvr3p3npwv'),
	(23639495, 'jnkez2sv5d2qhbdicvr3p3npwv'),
	(55188203, 'jnkez2sv5d2qhbdicvr3p3npwv'),
	(56054981, 'jnkez2sv5d2qhbdicvr3p3npwv'),
	(9853351, 'kang6obqgd4ano5nhecodealyh'),
	(35627504, 'kang6obqgd4ano5nhecodealyh'),
	(44359792, 'kang6obqgd4ano5nhecodealyh'),
	(75444133, 'kang6obqgd4ano5nhecodealyh'),
	(40146208, 'kcv2xseie6culg5m2xsmxfzwkk'),
	(42921544, 'kcv2xseie6culg5m2xsmxfzwkk'),
	(43876937, 'kcv2xseie6culg5m2xsmxfzwkk'),
	(52896334, 'kcv2xseie6culg5m2xsmxfzwkk'),
	(5303808, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(16505209, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(17565063, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(23639495, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(46185076, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(48086312, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(48845475, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(55188203, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(81966897, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(113990712, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(124842398, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(126650511, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(131212040, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(141876525, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(174795259, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(176393850, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(177407561, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(194719245, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(198419527, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(219480651, 'l7thpiuva5xnomgnt2fbcwqrqh');
INSERT INTO aged.sketch_keys VALUES
	(227385501, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(248305203, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(257999045, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(272009571, 'l7thpiuva5xnomgnt2fbcwqrqh'),
	(744661, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(3042901, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(7499249, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(13250708, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(38943090, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(40874764, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(45104074, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(57208491, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(72878104, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(73374060, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(77281411, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(81672806, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(86756769, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(109868359, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(121571907, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(155329313, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(173179415, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(179824610, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(192752911, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(204271364, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(215956272, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(239662884, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(240595392, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(241105372, 'lbo3wh2yvybmrqi5ogq6ikco5k'),
	(5770131, 'lh2mvxcrgubt2iallkrafljjys'),
	(22482455, 'lh2mvxcrgubt2iallkrafljjys'),
	(51163836, 'lh2mvxcrgubt2iallkrafljjys'),
	(90290532, 'lh2mvxcrgubt2iallkrafljjys'),
	(13727345, 'lnxugnysoos65bituoxuxnrvjk'),
	(17765403, 'lnxugnysoos65bituoxuxnrvjk'),
	(28069954, 'lnxugnysoos65bituoxuxnrvjk'),
	(32283657, 'lnxugnysoos65bituoxuxnrvjk'),
	(19847571, 'nggytyltj7o3yfmgzatjvvrgru'),
	(39851438, 'nggytyltj7o3yfmgzatjvvrgru'),
	(75059568, 'nggytyltj7o3yfmgzatjvvrgru'),
	(75501199, 'nggytyltj7o3yfmgzatjvvrgru'),
	(8920177, 'onw34yow4rxr5xtxgggmr5wekn'),
	(21155125, 'onw34yow4rxr5xtxgggmr5wekn'),
	(32127312, 'onw34yow4rxr5xtxgggmr5wekn'),
	(48086312, 'onw34yow4rxr5xtxgggmr5wekn'),
	(13727345, 'opx7wsww7i6eruciqhahxukmm6'),
	(17765403, 'opx7wsww7i6eruciqhahxukmm6'),
	(51163836, 'opx7wsww7i6eruciqhahxukmm6'),
	(52325289, 'opx7wsww7i6eruciqhahxukmm6'),
	(51148122, 'osihana5gxjfbzq56l2ypuj2ay'),
	(55188203, 'osihana5gxjfbzq56l2ypuj2ay'),
	(56054981, 'osihana5gxjfbzq56l2ypuj2ay'),
	(109868359, 'osihana5gxjfbzq56l2ypuj2ay'),
	(744661, 'pcjok5qenjfrghieivaazu2xiq'),
	(1483549, 'pcjok5qenjfrghieivaazu2xiq'),
	(23918759, 'pcjok5qenjfrghieivaazu2xiq'),
	(32283657, 'pcjok5qenjfrghieivaazu2xiq'),
	(744661, 'pofnig4t5u4peowtknsr7hcwzk'),
	(23992876, 'pofnig4t5u4peowtknsr7hcwzk'),
	(55188203, 'pofnig4t5u4peowtknsr7hcwzk'),
	(109868359, 'pofnig4t5u4peowtknsr7hcwzk'),
	(5778659, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(9291758, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(18886408, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(19847571, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(70970739, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(72130567, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(75059568, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(125020838, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(127500980, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(149894009, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(156547785, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(178952973, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(179569826, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(186073204, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(201896972, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(208339877, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(226265635, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(249591084, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(266062926, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(281352783, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(305667841, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(308304860, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(328781077, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(333442819, 'pvkbdntmad627b3ddm6jzgrv7w'),
	(8780368, 'q3rpx5t6zwx3udwl5peiikzn6f'),
	(48086312, 'q3rpx5t6zwx3udwl5peiikzn6f'),
	(79378654, 'q3rpx5t6zwx3udwl5peiikzn6f'),
	(109868359, 'q3rpx5t6zwx3udwl5peiikzn6f'),
	(744661, 'qg2yzogdogmex6tgdz6zcmfy37'),
	(5988303, 'qg2yzogdogmex6tgdz6zcmfy37'),
	(13250708, 'qg2yzogdogmex6tgdz6zcmfy37'),
	(21405369, 'qg2yzogdogmex6tgdz6zcmfy37'),
	(3042901, 'qmnmupfytfiaysuuknyihglijj'),
	(23486731, 'qmnmupfytfiaysuuknyihglijj'),
	(23639495, 'qmnmupfytfiaysuuknyihglijj'),
	(48086312, 'qmnmupfytfiaysuuknyihglijj'),
	(4707543, 'qr6oeytjihvs67sc4rm4e4x62y'),
	(14068046, 'qr6oeytjihvs67sc4rm4e4x62y'),
	(18251003, 'qr6oeytjihvs67sc4rm4e4x62y'),
	(49470605, 'qr6oeytjihvs67sc4rm4e4x62y'),
	(10437342, 'racgp7okxthadkbvhmjyr6h6ny'),
	(44337307, 'racgp7okxthadkbvhmjyr6h6ny'),
	(51148122, 'racgp7okxthadkbvhmjyr6h6ny'),
	(55188203, 'racgp7okxthadkbvhmjyr6h6ny'),
	(2304401, 'rj4ekdirndekojqtbbreuu5byw'),
	(55188203, 'rj4ekdirndekojqtbbreuu5byw'),
	(67017941, 'rj4ekdirndekojqtbbreuu5byw'),
	(85371137, 'rj4ekdirndekojqtbbreuu5byw'),
	(27885, 'shpeswkb3woeojcpkluda4lahy'),
	(25082187, 'shpeswkb3woeojcpkluda4lahy'),
	(55188203, 'shpeswkb3woeojcpkluda4lahy'),
	(66589428, 'shpeswkb3woeojcpkluda4lahy'),
	(5914119, 'sqojtc75uzwxrn4swmsmmwm4je'),
	(85371137, 'sqojtc75uzwxrn4swmsmmwm4je'),
	(94447232, 'sqojtc75uzwxrn4swmsmmwm4je'),
	(109868359, 'sqojtc75uzwxrn4swmsmmwm4je'),
	(23486731, 'sujaficsylnqwq33vix6bjil7w'),
	(48700041, 'sujaficsylnqwq33vix6bjil7w'),
	(50501038, 'sujaficsylnqwq33vix6bjil7w'),
	(55188203, 'sujaficsylnqwq33vix6bjil7w'),
	(19658575, 'tnvpuyqowklusfwwo25v3x4rfc'),
	(50501038, 'tnvpuyqowklusfwwo25v3x4rfc'),
	(55188203, 'tnvpuyqowklusfwwo25v3x4rfc'),
	(56054981, 'tnvpuyqowklusfwwo25v3x4rfc'),
	(7240266, 'tqjxb47vrzzyltigctm3m33if7'),
	(19453368, 'tqjxb47vrzzyltigctm3m33if7'),
	(20775819, 'tqjxb47vrzzyltigctm3m33if7'),
	(21316852, 'tqjxb47vrzzyltigctm3m33if7'),
	(23639495, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(55188203, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(60031064, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(65081754, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(85323341, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(96979483, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(124022344, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(187241604, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(194719245, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(197335004, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(201055328, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(207745083, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(221958889, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(227385501, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(228678781, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(230732857, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(233285182, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(236169259, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(240595392, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(247418845, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(303302693, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(304805491, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(340447087, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(352044339, 'ty3a77ck5vb4r4yabxz6ubbng2'),
	(13994360, 'uzbwyx6yytrq5lco3dwlapavyd'),
	(14928956, 'uzbwyx6yytrq5lco3dwlapavyd'),
	(18886408, 'uzbwyx6yytrq5lco3dwlapavyd'),
	(19847571, 'uzbwyx6yytrq5lco3dwlapavyd'),
	(23639495, 'vokwpued7kepka63scar5slqq2'),
	(44359792, 'vokwpued7kepka63scar5slqq2'),
	(55188203, 'vokwpued7kepka63scar5slqq2'),
	(149427310, 'vokwpued7kepka63scar5slqq2'),
	(18538396, 'xorqnv6c4655vojmotua6g4rcy'),
	(50501038, 'xorqnv6c4655vojmotua6g4rcy'),
	(55188203, 'xorqnv6c4655vojmotua6g4rcy'),
	(94447232, 'xorqnv6c4655vojmotua6g4rcy'),
	(7240266, 'y2zru7wgqu6cuyhphu4vqg25kb'),
	(25605045, 'y2zru7wgqu6cuyhphu4vqg25kb'),
	(32016607, 'y2zru7wgqu6cuyhphu4vqg25kb'),
	(57138776, 'y2zru7wgqu6cuyhphu4vqg25kb'),
	(2536003, 'yvdjrusnua246mvsilf2uzfwrr'),
	(18243440, 'yvdjrusnua246mvsilf2uzfwrr'),
	(19453368, 'yvdjrusnua246mvsilf2uzfwrr'),
	(20775819, 'yvdjrusnua246mvsilf2uzfwrr'),
	(28069954, 'z56rhyzejok5ufyms25xv23c4e'),
	(33805121, 'z56rhyzejok5ufyms25xv23c4e'),
	(43732269, 'z56rhyzejok5ufyms25xv23c4e'),
	(48086312, 'z56rhyzejok5ufyms25xv23c4e'),
	(57208491, 'z56rhyzejok5ufyms25xv23c4e'),
	(71609643, 'z56rhyzejok5ufyms25xv23c4e'),
	(86331178, 'z56rhyzejok5ufyms25xv23c4e'),
	(151910980, 'z56rhyzejok5ufyms25xv23c4e'),
	(172664050, 'z56rhyzejok5ufyms25xv23c4e'),
	(194411253, 'z56rhyzejok5ufyms25xv23c4e'),
	(227385501, 'z56rhyzejok5ufyms25xv23c4e'),
	(240595392, 'z56rhyzejok5ufyms25xv23c4e'),
	(244683293, 'z56rhyzejok5ufyms25xv23c4e'),
	(268191103, 'z56rhyzejok5ufyms25xv23c4e'),
	(280193428, 'z56rhyzejok5ufyms25xv23c4e'),
	(287265208, 'z56rhyzejok5ufyms25xv23c4e'),
	(315525379, 'z56rhyzejok5ufyms25xv23c4e'),
	(321359983, 'z56rhyzejok5ufyms25xv23c4e'),
	(355188532, 'z56rhyzejok5ufyms25xv23c4e'),
	(367395985, 'z56rhyzejok5ufyms25xv23c4e'),
	(372650946, 'z56rhyzejok5ufyms25xv23c4e'),
	(377844555, 'z56rhyzejok5ufyms25xv23c4e'),
	(416925222, 'z56rhyzejok5ufyms25xv23c4e'),
	(438692392, 'z56rhyzejok5ufyms25xv23c4e'),
	(15616099, 'z6zkibpdwilehzguccokotnbfz'),
	(78400172, 'z6zkibpdwilehzguccokotnbfz'),
	(128194634, 'z6zkibpdwilehzguccokotnbfz'),
	(128740885, 'z6zkibpdwilehzguccokotnbfz');
INSERT INTO aged.sketch_keys VALUES
	(5547118, 'ze73z3syrhrdoyiol3wfpgxllx'),
	(17765403, 'ze73z3syrhrdoyiol3wfpgxllx'),
	(41086311, 'ze73z3syrhrdoyiol3wfpgxllx'),
	(55188203, 'ze73z3syrhrdoyiol3wfpgxllx'),
	(3835580, 'zmambktuomph4penee62v5lnza'),
	(16872813, 'zmambktuomph4penee62v5lnza'),
	(55158859, 'zmambktuomph4penee62v5lnza'),
	(55188203, 'zmambktuomph4penee62v5lnza'),
	(25548895, 'zrk72rjoceea24paz3fs3jato7'),
	(38354114, 'zrk72rjoceea24paz3fs3jato7'),
	(50501038, 'zrk72rjoceea24paz3fs3jato7'),
	(55188203, 'zrk72rjoceea24paz3fs3jato7');


--
-- Data for Name: sketches; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.sketches VALUES
	('z56rhyzejok5ufyms25xv23c4e', 1778673600000000, '\x020100004250ac0141d303022d4d9b0228bddd02abee68032bad44042a4f250544fa0d09f2a44a0af57a960b9da08d0dc031570e1d92950e7f45fc0f9469b310b8511f110389ce126f90271334bf2b159104e615c23336164b73851626c6d91828ea251a54590b1d1b8d2e1d5d1c761e13b2cb1e479e2e1f2926db1f8c56812017c3b120e6dc0d213285c52187686622b9a1dc23de0c5e248137f62513abe4269e6349270d4e0428d1dd44284f66af291211e7293ab0b72aca555c2bcab3b82ee35c6930d6200131b2fe3e311fef8731fbdc54326105d132e665b133db242036773f35380e906138a9df713a200e603b7714363d72f2503d6fe4663df6d89a3d4f5b0b3f1f93584014795f41c4a2994252d3ea420ec5ab44f704bc44c6a5bd44e4ffee4498c75c45c859bc462e2700489b775149a71caf49a2d1bd4916b7e14985e94a4a5114cb4b4b54824d1868064e0615964eb7fae54e34f2454fef6e6a4f5086c54f9c171650385d16503d4f7c541f77fc5454f5de55c590515732f0b357a8a31b597a448b5e8c572660bf4b526063e31e62d4ba5662af4fa2629e17c26216f41b653a96a965cab1b767f522a36885e811692751326a320fbc6ab38ae16a9020336b1c2bc26ce33caa6e5039156f86514c6f00695e6f96681976c5469d767335547812996578cfbf157932cd3d7bdf1e3f7bcbe0047c6a92b77d75a3ca7de7d1b47e0cef3980a09f6f8092eb7a805ae5fc8382ceee84553f2a85a0029286de957f876f3f008966609a8ac3e09c8b3af95f8e9515628e8620988ec23eff8e5cdd148f5bd92890aa47d090442b079193a5e0925a26ec92cae40793ed65b1936855ba949c8ef6943c5f00953a522f95c4836096c58a22975b022299b6b6c19af339f79ae41c0a9b97f07ba0bf9aa9a0bdd9a4a1e385b8a1c757bba1cf69d8a16409c5a200fcf9a272fc9ea51e8644a698828fa6910a29a8497845a855c975ab3a5634ad5d8e64ad3e4a13b0189dd8b07796ceb15c58e5b1aa3571b3f08771b3e00df1b3a91b93b4f20c6fb50670e0b59f58f8b56c575eb7ce6188b76655b4b714cf69b9', 1778657700000000, NULL),
	('l7thpiuva5xnomgnt2fbcwqrqh', 1778673600000000, '\xe300000000ee500079d9fb0087050c01c7b5680174bac00228bddd02a352e902eb1a4a0331b7e204385ccb069ef170078f888c070823d2072ddd7408fb296b0a7a8e830a4906930a0d2e9b0b47a4d30b4b02150d9da08d0d33d6cc0ec5c0600f6389361093f7b710cce4a111c1920612bbb5e81213911114a350ca14a7b94d17a54763179999ba17ce1f0a1871c40a1833e2d818c2d6981afb739c1a3125f21a750b1c1bc651261dfd27c020ccdffa2472cfd625526cb2273a3d7d28edb51029521da9294f66af29b47c1c2ba5c37a2fe665b1335874e933103f403487c91b3588ffbf364becdb379e2dfa3756fefc387714363d0046303e49b2cf3f476e5e41c6548c42bdd4fa42ed946b43dc827f43a8ecd8431b73a8440ec5ab44c6a5bd44c2cbd94538d13746ef17014716b7e149ff01484ab562f84b6cf1ff553dc91f56dc35825754c720595340e459a3a6ac5bce42115ce7ab855ca69ba85d7881a65ea869a95e7d51b15e007e6f624bde74629ae37b62186559635239e763bb822b6416f41b65c9e6236547414268b025fc687808656b3fb6247011862d70e4113f70bd5eb47069c133717bdd6471d002b97478108475f24242777de946789021297950191c7a040a637bf721b77e30994481d7a05582696f948225071888ea96c88838b6c2894acb468be27a2e8cf318048df580518de98c878d0ae3818eb65c688f5bd9289076c28c90210e5d917c0062917f9968919c8ef69469dbeb98ca02ec9d70e319a088132aa142302aa1f95a72a1bdd9a4a1407d20a275a442a2b0c0f1a36c8e9aa409b6b2a4d48a62a59ccdc9a5b3edeba5ca25f0a5be1dc0a6f2ead6a60fe14aa7815a9aab7f00ccabb6c1e2abb13f74ac04d4fcac70633cad909fa5adcb4b5eaee2c404af4d0c43b0af0956b490e676b4a91b93b4f8cd4bb5f486a8b6f62a43b712cd1cb8938285b86968fcb8100dd4bad63d6bbf16f3cdc3e1da46c4db8451c8116aa7c8834032c9243e7dc967bd1acbd033adcbe42415cc24c4fbcc60597fcdb2bd93cd9df43dcef89b73ce88b593ce064aacd0d2d610d30ca976d321a3b4d3', 1778587200000000, NULL),
	('a2n7xgptk5pbt5c6z73av2ryrt', 1778846400000000, '\xf9000000de429f00099cec0170e0a40228bddd02eb1a4a0330492f0401a916055e348f0547758c065dfe61072e5195085adbf108ae24cb093a05d30b8b1fa20c7a0b130d8d6e7c0ddcf95e0e76a9660f4c671d11daf47c11dc4f17137e803514f3023a16a389a716d3fa4b17fcd4e618af17ee18762f9a1af2744b1d0ff11421dcf25b213f3e1d26ea53ce267dd22b27d6be3b27f40121289fb7b128bdbcfe2808c75729e6ac80294f66af299b723c2a2019502ce7868c2c5511ac2caeeb282eef1d352e76f2f930252d0d326105d132e665b1335879ad346f46cd3799e90f382af4243986e36e39098d2e3b200e603b439b573cd593063d7714363d72f2503d870e5b3db1e4973d0046303e59bf6c3e6ee52c3f52033d40181bb941509fbc41be610b42bdd4fa42c6a5bd44a53b1c484b797148be833549142bd9497d9de94a4a5e294b9392eb4cce5c1c4db565904e0010855070ae20511f85f55155f463536173a154b821fd55271aff551b6ed756aa770c5932463859f0eb6e59312f795a1a91375b47cc195c86e5685c988c735cbfc5c262969e1765996297660ba078671cdc3a68ecf98a68c4b4816af52f906d20017a70fdffa27017dcf370202d0b71ff8642714e3d7a745caa1475cfdb55759e128576068dbd769e3a7c77a1b68b785cb13c7ac672477b065b647b66c6867bcbe0047c7e008a7c5ab14e7ea472b97f9171d87fb3241e839e43e48382ceee844e6ba585521c388725071888263ca988e8a2f3899da2948a57c6a68bd2ed488cba2abc8d0f0a4e8f5bd92890653d0493d320319640edb498e4a62c99e6979b99bd16fc9c06703b9e65a3669e3bda8d9f15740da0bd3340a05784a8a0177c9aa1c757bba1a5661ea2407d20a207d25ca3ec677da371f22ca5c58e9ba7e0a1e9a7e29ed6a8c0e36eaa3e1a06ab1fe8b8ab8a5cd0ace62ae0ac189dd8b07796ceb1e52ec4b39e5cffb3042522b4498a5ab4088beab4b9b6b3b6dcd63fb717d09eb89c48edb9c1887eba0609f5ba667634bc1101c1bc9e87c2bc921f38be7f43a3bebcc000bf6f6c2fc8f1fc4cc8392d6bc888efdbc8', 1778829660000000, NULL),
	('e3vttxkcesataay7gel2e6fzrh', 1778846400000000, '\x000100005a750c03eb1a4a03a2d4b8057b86bb06917d91085356170a9a90570a719a810a9c9db70a39dcbf0ad89bee0a526a360b4b02150db0e3c20de3c3e20fab1b0f1005989910b8511f1146e990121998f912f9edbc13aa7f83143f98a716550dab1680ba0818762f9a1af17acd1a3990a41bc22d991d9850ca1fc5c36c20dcf25b2158a250229ae8662337152326d6a863267dd22b27fda2c72a65278c2d0344392ec9e2922f5da8b02f083e643058f75d315ea51732ae1c2434332f813519c1a7382af42439a7343e39c79d4a390247c83a6ef7f23c7714363d72f2503d9f39893e24eddb4162a33c422698bb424eabec42e1855843c6a5bd44a53b1c48c4630049be833549ffc10f4a787b4a4a8c1a964a7fa7ea4ad6d5604b2cdecc4b5e19dc4b6a5e664e0615964eef6e6a4fd62b9b4f5086c54f2fb0cb4f6be6a651db0951523ac06952509ff5524be48e58653c9059312f795ab0a3615b7be27d5bfeecfe5b2ff1245cd821dc5dae2f235ed70f2f5e05dcd25e6a74975fa84e9d5f78a42e6163e31e62a010df63964ae36316f41b6586a34065cab1b767b8f19068b16e9269f472ff69c4b4816aac3fb46a1d44f86af799476d1dc6087169c13371db2b3473c3e52975d203d275d9854b760fa9387740066977a14e0d79e64a947a83f0ec7a202c0e7b0078797bb2b9777c7799e27ce7d1b47ec604667ffc71a67f4335b7809fc97c820bbd5083a0029286cfa9018725071888e20e038ad1f1188abb8ea68a62b67d8ce990d38e39c7338f65d44b8f4317ff8fe5e1ae9279f1b3929c8ef694da826b970bd07b97ee5d059806134e98c337e199b9cde79937bc909a70b3df9b297cef9b1f27fd9c5784a8a095f8b2a09aae74a1347790a1bdd9a4a1b9ca50a203dd09a37343c8a3b31dfca46cc95fa5d48a62a5019538a6391d4ea6910a29a8e8629ca832d5f9a8a28884ab4f5b42ac8a5cd0ace62ae0ac612770af633680afe80655b1d2d186b2e0fb2cb339df5ab45d732cb6e6753ab6881b91b712cd1cb8abf507bbc87a72bb66835bbc9e87c2bcc73130bef27276be98d346bf833180bf', 1778760000000000, NULL),
	('hm3zvame26vv52fu3nuezgnzuo', 1779192000000000, '\xe7000000c1574902dca1db04f9e8e3047c707407540b4b085072950abef51f0b6d94a00c891f290d44fd3e0fc6de870f6716c10f88e6d00f1a0ce00f119ad2105b191513717d5d145e382f15f6fcb617b7a50619cfb1431a4d2f5a1b9962cd1b80dd9c1d270a6b21b80127222a7717231e636323de32572400059324c5b3dd26f754ee28b612852a9401b02df8ca262ee78c5d2ffc8aa12fb20b3b302f82b13351fb9738f91c4b3b69b3af3b61276a3e168b6a3e1901c23e6518f43ead4b143f067a61424cad7743437ef0433c915545d4ece34539fde44653f63047ed6ff04799de03483a7773483162a24ae27dad4a8ee12b4b5ff9664bce07c24e939dad50a8baed50432d91517ef1b951650f3752c32ea452e327ef5210fb5053f4f89354d45df2567090395741c3cb57e462f857df595b59d98b815ac19a275b0320445b3a0d485bc8ef605b54aadf5cd6c1395d991e885d8d7b8d5de057985d841145602570cb61baa1316279986d638903bc64947bf46518c4466729654a67a9e60e68c508666933be906976e84a6ccfe17d6c80d8a76ca34b826efb17b06ea8f8ed6e6b90d36fe93cec6fa1a2fc6f24ca3d71429d4c732f25387889e35378303bae796372e2793299b37b4f4a2d7ef86e617ecc10b3812b882c82fcc37d83988250859f989185ad6aed87f2b200888d4dd98a0027a38dead5069186b14b915bdb1a9265bd73923d1e78925b73be925390be92333bcc9243ef919463d00795d0967097f8917399c3fca49bc067ad9b1110859ca2b3489e11a5e49e9dd97ca0c3afbca28104e4a2df7280a36c5dd8a3e09214a516db25a769e94da7582767aa2e5ce3aaa1820aac433c57adcec886ada68e35af412af8b2815f2cb4bca0e1b5df3315b6264896b97fbb00bab09635baf9ae49bb955d93bbec12f8bc3de4febc3ac955bd2b58a8bd7c46a9bd3e3b24be552e5ac0a512b9c0323e0dc1b98448c1ee6335c2cd93e8c2cac648c3503d97c32f9244c4e5407ac6a8263ec9f6e24bca44f761cbe0a462cbc2dc64cc104d8bccb4c6f1ce614feccf3c7165d11378e5d23466f8d3d70e5ed5', 1779105600000000, NULL),
	('pvkbdntmad627b3ddm6jzgrv7w', 1779364800000000, '\x5b010000e32c5800eec78d00082f200193d92e0173ed3a0407a04c0470517904a6aa7307b48299077933ef08c9ba54090d9baa0aa204b40a7440170b0cb4080ca5036b0c238a7c0d2c75e00e4eccdb0f4f1ac510011f3812dc5b601215cd981303efdf137354771743744d19a74c961910dedd195c8df0193a6ff319bd8d151c66664f1c8ccce51cefd5911e2bc1011ff1781e1ff818511fe6bb86201908db20d18e17237cbb6824b7ccd824f4a1e22416bc8e25b6a79725f0e3cd27ca3f8c287752f0288dd61b29200d8d296c31b529ce36d32b0e14b32cf0474b2fc9c936309bcf9c30accd32311be41732e63236325db2f7326a98bd35157c41368906a936671a5a375126bf37e140c53790558e381e16b238f70be3396c25b13c086c263dbbd65b3d0f7ea43df65d463e835cce3e3f35283f7cf72a3f87a1da3f0af50841b6292c418748d04109618742265ccc422ecb9245ce602d46539e58466f7fae47766cee472b7ca7488dbc6d49340e1b4af68f204af7fe874afb80924aae47b54a6efab64a04d2f94a359f7a4c8b4d1e4eaf42684fe716ec4fb4eb2a505bce0d514a6c50518e1d825190d652523acd64525ebfac5339fd235457770b5539e1c2558a8c0e56edcb6656d9318956cd22ef568cd06857a56eb957b52baa5808e4375a3ae8fe5a18973b5b99fb415bb1c6fe5b6cbe625c1902bc5c5107505e064d7f5f6f14ae5fa1d43160a9c93260017469600d5b7c60524405616629a4612599b8613c309d62d41e8f637c73cc63081507649a7519644b976b648f3e3c65b52f6f67c6e8f5688d85a5698a5db16913ed6b6a30efb56a65d03b6b8c3f926b1477d46c2376866d24f8b16d5d195d6ee1bab06f12abe36f2f316370222a6470838be370e2adee705d6f8e72a42c16732982297307f72a733629a073c4ee1d744bee77745d6f1f75d512c275cd993777aede6a7720cb3078795a3f7909ee9c7a10922f7b4868507c65e2ee7c607ce47de2ba457f7dae667f7b97448117d1898123409a815a1be0818ec86382b4a4e7825def91833f28b884aa907a8659fada8714b9f18820cc1389', 1779278400000000, NULL),
	('lbo3wh2yvybmrqi5ogq6ikco5k', 1779364800000000, '\x3e010000d55c0b00556e2e00f16d72009430ca00723952020cb36f02ca3bb002abee6803180858046c995f0483389b04663ade04a1cd2b0547758c06430a3f07212342091782520ae2e7b70a0f2d7d0b04ef2c0c303bdf0c24f7480ec031570edcf95e0e9097b70e6434b40f05989910b8511f11a6d1f21131973b1232674d126172a0138e8b9614680126164a2b9716508c1819bac03219c1345f19daa7cc19f0c7181a87e30e1b68f6711bfd4fee1c207a5a1dc22d991d627fe11d5d1c761e8d6ea01e685f9a20771a8721ff9fd521b3758e227d76cb22b3ae1f232d367223475174232dceae236f705a24c4e335266e3bba2673dce826351e5427075edc28f6b8df28001b5529498a762965dd86297ff5f1295686712b5b822a2c3829332dcab3b82e2f0d732f569aa52f9a6932304fb9ee31acd63c3368caa8364399ae36105b6e37ce689c3719c1a73821c75c39e64d9139677bb23954833a3a9c40f83a80b0f13c9f39893e8fea993eca2fbf3ec69c73404aae56418ea2da41b0eadf42414de943c6a5bd44ce7403459dac8545d8bcd24726814549edab6a4999e8674ac627d94df87ffa4d0615964eef6e6a4fe178a24f5086c54fe174e74f36e50a50860aa6511c747f523d4f7c54b516cb54dce00855548b1c5672066e569e8e42580ec08859653c9059db82a659e373b95aaf97ba5a5094235b951d8d5b4c7bad5eaae8bc5f9ea56d60d7fb4f61d4ba566279606b62d59ce06216f41b6568f9dd658adf9267d1706468f472ff69320fbc6a1c2bc26c37c33c6df799476da1317c6e69a2e06e7775dd70202d0b7169c1337177d1f571c0da7c72db2b34730f6e4d73a7c8ff7485703375c6fc3678a14e0d79c0a78e7932cd3d7b925e987b579e7f7c1790dc7d74f1d27e8f592a80329446808d839c80995039821f83738258921383b3241e8384ddb483a4d0de83329f8084cb4226854e6ba585c3ba5586a0029286f02af586fbf203870ae9d5878806348813a44388ea96c88880495e89c1eaa289d1f1188a1daa2c8db7a4518df5e1818daa022f8e447b2b8f0d49c18fadfaed8f1f518090', 1779350160000000, NULL),
	('ty3a77ck5vb4r4yabxz6ubbng2', 1779883200000000, '\xfb000000c7b56801eb1a4a03580094039a11e1034dee15051bcac705486e64078414290b0d2e9b0bdc17c30b60dcfb0b3bf0610ce9d23a0d9da08d0d7d5ca10d39b4c00d3ea6e70d2ba8130ec031570edd4fbf0e2508141273f62a126fcf4a1433c5fb14f16e3815a7b94d17c2d6981ac22d991dbbc8601e44cba71ef918aa1f96598a20fd27c02019d3a122c384f1224b720f237397b3234766522672bcdb27d1dd44283ab0b72a303cb02c207f5d2efb998a2ecab3b82e06a01a305d285b309195d83021ae6e3300863b34d2bd573619c1a73891a20839c79d4a39265ee839e4450c3aa41d353a6f3c463b72f2503d62a33c429bbb6542c6548c420ec5ab44c6a5bd4436e502468fc5d146920d394772ca9347a2d1bd4916b7e1499c3c924b868a0b4df6289b4def6e6a4f5086c54f8526d950f547ed5043c87a5196ea7c51de39c45159192e53a2f3aa53c966f056dba0f9568a731457edf0ce574be48e581bcdba59d371675ab0a3615b3d9cce5c0a285b60c46af761f145066263e31e6220cd1f62f7cec763a010df635239e76316f41b6578a06865d1641f66f472ff690fb4ee6a7c17986c1c2bc26c77c99f6d1480a3700557e77069c13371d32cbe71db2b34739d516b74e45bfb74a14e0d7979df2a7a52fc757a8e52517b093a497c23cd857df721b77ea7546981d7a05582e84c478384ddb48364895886a002928618dbac8611bb1288250718880476b8882918e98a84e7ee8a3f215b8e809a6a90aa47d0907c00629189e67c9193a5e0929c8ef69490212e96cd6062990ddb0e9ab914e09deb5b9c9ede7afaa0f95a72a1bdd9a4a1dc8bbda1ca1c74a32f80f2a36c8e9aa4148d4aa59ccdc9a5ca25f0a592566fa66a52a2a8697d3ca9ab59f3a9437924ab47bfb8abb13f74acff5ae5acb2670cad7cbc3caecb4b5eaeeed5cbaef88d63b0acb2ddb0a455bab1864411b2c4ba43b2498a5ab4f8cd4bb55d6ac4b50670e0b56c88e6b56121b6b9cd66c8b9100dd4bace6e26bb0c426fbc1e8cddbdeb6e0cbe07677dbfded29cbfc0d9c1bf6106e9c16743eec2e1da46c4580deec432b8dcc5', 1779867720000000, NULL);


--
-- Data for Name: sources; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.sources VALUES
	('almanac', 'http://almanac.example/', 1780142400000000, false, '{"key":"almanac","url":"http://almanac.example/","terms":"63709efe02bc6f75","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"bfee3b551c64723e16594231830eedcd16e5968076583f56601fc00a89ab328a","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","feed_title":"Bridge Almanac","site_url":"http://almanac.example/","feed_language":"en","recent":["2026-05-03T00:00:00+00:00","2026-04-05T00:00:00+00:00","2026-03-12T00:00:00+00:00","2026-02-22T00:00:00+00:00","2026-02-18T00:00:00+00:00","2026-02-14T00:00:00+00:00","2026-02-10T00:00:00+00:00"],"span_seconds":7084800,"listing":{"by":"blocks","forms":["main > div.card > a","li.note > h2 > a"],"paths":["main > div > a","li > h2 > a"],"shapes":["almanac.example/stories/{number}"],"layouts":["td"],"dated":100,"title_length":45,"newest_first":true,"seen":[{"url":"http://almanac.example/stories/6","title":"Story 60: a letter about a chart of the estuary"},{"url":"http://almanac.example/stories/5","title":"Story 39: 390 days with the signal lamp"},{"url":"http://almanac.example/stories/4","title":"Story 19: the old dredger''s bell, 13 years on"},{"url":"http://almanac.example/stories/3","title":"Story 8: 57 days with the winter moorings"},{"url":"http://almanac.example/stories/2","title":"Story 5: how the harbour master described a model of the swing bridge"},{"url":"http://almanac.example/stories/1","title":"Story 3: a letter about eleven oak beams"},{"url":"http://almanac.example/stories/0","title":"Story 2: how a radio amateur sketched six glazed tiles"}],"whole":true},"bodies":[1543,1546,1582,1516,1483,1506,1571],"walls":["","","","","","",""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"publishes about every 11d; every 1d"}', 'almanac.example'),
	('digest', 'http://digest.example/feed', 1780142400000000, false, '{"key":"digest","url":"http://digest.example/feed","terms":"7d5248a68e170847","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"2de63813b83b5b0532e4f25586d0cc8d2a5f051bde77d96dbecd93017fb0d29e","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","feed_title":"The Digest","site_url":"http://digest.example/","recent":["2026-04-21T07:35:00+00:00","2026-04-18T07:14:00+00:00","2026-04-17T07:14:00+00:00","2026-04-08T07:21:00+00:00","2026-04-02T07:00:00+00:00","2026-03-25T07:07:00+00:00","2026-03-22T07:14:00+00:00"],"span_seconds":2593260,"bodies":[1443,589,1465,1406,1552,1467],"walls":["","","","","","",""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"publishes about every 4.51d; every 1d"}', 'digest.example'),
	('ferry', 'http://ferry.example/feed', 1780142400000000, false, '{"key":"ferry","url":"http://ferry.example/feed","terms":"7d5248a68e170847","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"610937be3111f9e79ee1a1adf1811a33691bc9db589a267aeb9dee4f59008fed","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","feed_title":"Ferry Times","site_url":"http://ferry.example/","recent":["2026-05-21T07:56:00+00:00","2026-05-11T07:49:00+00:00","2026-05-01T07:42:00+00:00","2026-04-21T07:35:00+00:00","2026-04-11T07:28:00+00:00","2026-04-01T07:21:00+00:00","2026-03-22T07:14:00+00:00","2026-03-12T07:07:00+00:00","2026-03-02T07:00:00+00:00"],"span_seconds":6050940,"bodies":[1492,1480,1495,1452,1444,1523],"walls":["","","","","","","","","",""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d"}', 'ferry.example'),
	('gazette', 'http://burner.example/gazette', 1780142400000000, false, '{"key":"gazette","url":"http://burner.example/gazette","terms":"7d5248a68e170847","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"0e5bf4acc15e6f0e1e78e591de21b9092f766a4d33513e7682c9f323d217d616","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","feed_title":"Valley Gazette","site_url":"http://gazette.example/","recent":["2026-05-15T07:21:00+00:00","2026-04-17T07:14:00+00:00","2026-03-29T07:07:00+00:00","2026-03-10T07:00:00+00:00"],"span_seconds":5703660,"bodies":[1403,1480,1448,1429],"walls":["","","",""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d"}', 'burner.example'),
	('hafen', 'http://hafen.example/feed', 1780142400000000, false, '{"key":"hafen","url":"http://hafen.example/feed","terms":"7d5248a68e170847","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"a5ab136950bd4e79190f31413b4ef9c4ed86524e00117b244c76a211a81d6710","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","feed_title":"Hafenblatt","site_url":"http://hafen.example/","feed_language":"de","recent":["2026-05-18T07:21:00+00:00","2026-04-12T07:14:00+00:00","2026-03-25T07:07:00+00:00","2026-03-07T07:00:00+00:00"],"span_seconds":6222060,"bodies":[1544,1630,1545],"walls":["","","","",""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d"}', 'hafen.example'),
	('kiln', 'http://kiln.example/handbook', 1780142400000000, false, '{"key":"kiln","url":"http://kiln.example/handbook","terms":"0030c5cc73d20e04","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"2904ff82f2c2e1b7e183b9aad45a67a8cc4fa6ef115bdb7a40ad178b7329596b","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","bodies":[1521],"walls":[""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d"}', 'kiln.example'),
	('lamp', 'http://lamp.example/feed', 1780142400000000, false, '{"key":"lamp","url":"http://lamp.example/feed","terms":"7d5248a68e170847","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"6544adcf2e78ea81b99cc9411f7e48cc126bfa1212f8e6b1126cb9a01a88282b","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","effective_url":"http://lamp.example/news","moved_at":"2026-05-05T12:00:00+00:00","feed_title":"Lamp Room","site_url":"http://lamp.example/","recent":["2026-05-27T07:42:00+00:00","2026-05-13T07:35:00+00:00","2026-04-29T07:28:00+00:00","2026-04-15T07:21:00+00:00","2026-04-01T07:14:00+00:00","2026-03-18T07:07:00+00:00","2026-03-04T07:00:00+00:00"],"span_seconds":7260120,"bodies":[1476,1515,1486,1456,1473,1433,1486],"walls":["","","","","","","",""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d"}', 'lamp.example'),
	('loft', 'http://loft.example/news', 1780142400000000, false, '{"key":"loft","url":"http://loft.example/news","terms":"7d5248a68e170847","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"7eaca802ec1864a0038eed86a702839511631b6594d2d9a85b81e247fd5fcf2f","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","feed_title":"The Sail Loft","site_url":"http://loft.example/","feed_id":"http://loft.example/","recent":["2026-05-26T07:49:00+00:00","2026-05-14T07:42:00+00:00","2026-05-02T07:35:00+00:00","2026-04-20T07:28:00+00:00","2026-04-08T07:21:00+00:00","2026-03-27T07:14:00+00:00","2026-03-15T07:07:00+00:00","2026-03-03T07:00:00+00:00"],"span_seconds":7260540,"bodies":[1409,1476,1528],"walls":["","",""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d"}', 'loft.example'),
	('minato', 'http://minato.example/feed', 1780142400000000, false, '{"key":"minato","url":"http://minato.example/feed","terms":"7d5248a68e170847","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"eb5ed14b4a7ab8cd212cdb2d7a416201954df7d0402f8b8160c28faa32a8c15a","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","feed_title":"\u6e2f\u3060\u3088\u308a","site_url":"http://minato.example/","feed_language":"ja","recent":["2026-05-20T07:21:00+00:00","2026-04-18T07:14:00+00:00","2026-03-22T07:07:00+00:00","2026-03-08T07:00:00+00:00"],"span_seconds":6308460,"bodies":[582,579,573],"walls":["","","",""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"publishes about every 27d; every 1d"}', 'minato.example'),
	('moulin', 'http://moulin.example/feed', 1780142400000000, false, '{"key":"moulin","url":"http://moulin.example/feed","terms":"7d5248a68e170847","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"1a9f8713c421597bec1a7c25ada6f2b6bb58de8987465abea0bbef59194278d8","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","feed_title":"Le Moulin","site_url":"http://moulin.example/","feed_id":"http://moulin.example/","recent":["2026-05-19T07:21:00+00:00","2026-04-21T07:14:00+00:00","2026-03-28T07:07:00+00:00","2026-03-09T07:00:00+00:00"],"span_seconds":6135660,"bodies":[0,1555,1525,1533],"walls":["paywall","","",""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"publishes about every 24d; every 1d"}', 'moulin.example'),
	('parish', 'http://letters.example/parish', 1780142400000000, false, '{"key":"parish","url":"http://letters.example/parish","terms":"7d5248a68e170847","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"7938546de66ac1f00558e64df66fe054fda4b3770bed1e2904b6c332813f10e3","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","feed_title":"Parish Letter","site_url":"http://parish.example/","recent":["2026-05-12T07:14:00+00:00","2026-04-14T07:07:00+00:00","2026-03-14T07:00:00+00:00"],"span_seconds":5098440,"bodies":[1335,1457,1509],"walls":["","",""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"publishes about every 29.5d; every 1d"}', 'letters.example'),
	('quay', 'http://quay.example/feed', 1780142400000000, false, '{"key":"quay","url":"http://quay.example/feed","terms":"7d5248a68e170847","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"2faecfd9a0c71574e3204a6314b15789c716874f5295e264ea0454d36a43cff1","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","feed_title":"Quayside","site_url":"http://quay.example/","recent":["2026-05-22T07:42:00+00:00","2026-05-09T07:35:00+00:00","2026-04-26T07:28:00+00:00","2026-04-13T07:21:00+00:00","2026-03-31T07:14:00+00:00","2026-03-18T07:07:00+00:00","2026-03-05T07:00:00+00:00"],"span_seconds":6741720,"bodies":[1504,1366,1406,1492,1468,1531],"walls":["","","","","","","",""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"its server has no validators, all of it is sent each time; every 1d"}', 'quay.example'),
	('rook', 'http://rook.example/feed', 1773744480000000, true, '{"key":"rook","url":"http://rook.example/feed","terms":"7d5248a68e170847","rules":"4f53cda18c2baa0c","validators_at":"2026-03-10T12:00:00+00:00","body_digest":"31fdbcc043376d7a5c0951ab2c3705189cb53a1bc4c423756610f018f8a1f95a","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-03-16T12:00:00+00:00","last_success":"2026-03-10T12:00:00+00:00","failures":3,"failing_since":"2026-03-12T12:00:00+00:00","reason":"gone","detail":"http://rook.example/feed answered 410","gone_times":3,"gone_since":"2026-03-12T12:00:00+00:00","disabled":"gone","feed_title":"Rook Lane","site_url":"http://rook.example/","recent":["2026-03-07T07:07:00+00:00","2026-03-01T07:00:00+00:00"],"span_seconds":518820,"bodies":[1434,1444],"walls":["",""],"next_due":"2026-03-17T10:48:00+00:00","due_why":"failed 3 times in a row (gone)"}', 'rook.example'),
	('wave', 'http://wave.example/feed', 1780142400000000, false, '{"key":"wave","url":"http://wave.example/feed","terms":"7d5248a68e170847","rules":"4f53cda18c2baa0c","validators_at":"2026-05-29T12:00:00+00:00","body_digest":"759920dfee72f8f87c616b40012ecc7baf2a6365dac8ced5164199311a4d8987","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-05-29T12:00:00+00:00","last_success":"2026-05-29T12:00:00+00:00","feed_title":"Short Wave","site_url":"http://wave.example/","recent":["2026-04-29T07:35:00+00:00","2026-04-07T07:28:00+00:00","2026-03-16T07:21:00+00:00","2026-02-20T07:14:00+00:00","2026-02-18T07:07:00+00:00","2026-02-16T07:00:00+00:00"],"span_seconds":6222900,"bodies":[1459,1495,1377,1388,1523,1453],"walls":["","","","","",""],"next_due":"2026-05-30T12:00:00+00:00","due_why":"publishes about every 22d; every 1d"}', 'wave.example'),
	('wire', 'http://press.example/wire', NULL, false, '{"key":"wire","url":"http://press.example/wire","terms":"a3d58f90e70e9081","rules":"4f53cda18c2baa0c","validators_at":"2026-04-25T12:00:00+00:00","body_digest":"54bda0edfc380b188408c331ae6b1bf5ca81806a0eb6d4544c91c8b9986058c8","first_visit":"2026-03-02T12:00:00+00:00","last_visit":"2026-04-25T12:00:00+00:00","last_success":"2026-04-25T12:00:00+00:00","feed_title":"Mountain Wire","site_url":"http://wire.example/","recent":["2026-04-24T07:07:00+00:00","2026-03-17T07:00:00+00:00"],"span_seconds":3283620,"bodies":[1435,1480],"walls":["",""],"due_why":"sources.toml was edited"}', 'press.example');


--
-- Data for Name: stale_marks; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.stale_marks VALUES
	(1199, 'tag', 'lamps', 0),
	(1289, 'source', 'quay', 0);


--
-- Data for Name: subscriptions; Type: TABLE DATA; Schema: aged; Owner: -
--



--
-- Data for Name: withdrawn; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.withdrawn VALUES
	('pxvjq4tagjcsb2yv5lluvuhp3l', 1774180800000000, 'http://ferry.example/stories/1', '[["all", "all"], ["category", "sea"], ["query", "brandt"], ["query", "rope-at-sea"], ["query", "summer-fair"], ["source", "ferry"], ["tag", "bridges"], ["tag", "ropework"], ["tag", "tides"]]'),
	('qvatklezv5d2btrzi7ngiogvlk', 1774180800000000, 'http://wave.example/stories/1', '[["all", "all"], ["category", "sea"], ["query", "fog"], ["query", "summer-fair"], ["source", "wave"], ["tag", "radio"], ["tag", "tides"]]'),
	('lu2icekubncuquds3fdtgllz2s', 1777464000000000, 'http://lamp.example/stories/4', '[["all", "all"], ["category", "sea"], ["query", "brandt"], ["source", "lamp"], ["tag", "clay"], ["tag", "fog"], ["tag", "sails"]]');


--
-- Data for Name: withdrawn_aliases; Type: TABLE DATA; Schema: aged; Owner: -
--

INSERT INTO aged.withdrawn_aliases VALUES
	('ferry.example/stories/1', 'pxvjq4tagjcsb2yv5lluvuhp3l'),
	('guid:ferry:ferry-1', 'pxvjq4tagjcsb2yv5lluvuhp3l'),
	('wave.example/stories/1', 'qvatklezv5d2btrzi7ngiogvlk'),
	('guid:wave:wave-1', 'qvatklezv5d2btrzi7ngiogvlk'),
	('lamp.example/stories/4', 'lu2icekubncuquds3fdtgllz2s'),
	('guid:lamp:lamp-4', 'lu2icekubncuquds3fdtgllz2s');


--
-- Name: blocks_n_seq; Type: SEQUENCE SET; Schema: aged; Owner: -
--

SELECT pg_catalog.setval('aged.blocks_n_seq', 71, true);


--
-- Name: outcomes_n_seq; Type: SEQUENCE SET; Schema: aged; Owner: -
--

SELECT pg_catalog.setval('aged.outcomes_n_seq', 654, true);


--
-- Name: stale_marks_n_seq; Type: SEQUENCE SET; Schema: aged; Owner: -
--

SELECT pg_catalog.setval('aged.stale_marks_n_seq', 1289, true);


--
-- Name: alembic_version alembic_version_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.alembic_version
    ADD CONSTRAINT alembic_version_pkey PRIMARY KEY (version_num);


--
-- Name: aliases aliases_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.aliases
    ADD CONSTRAINT aliases_pkey PRIMARY KEY (alias);


--
-- Name: articles articles_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.articles
    ADD CONSTRAINT articles_pkey PRIMARY KEY (id);


--
-- Name: blocks blocks_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.blocks
    ADD CONSTRAINT blocks_pkey PRIMARY KEY (n);


--
-- Name: carriers carriers_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.carriers
    ADD CONSTRAINT carriers_pkey PRIMARY KEY (id, source);


--
-- Name: entries entries_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (source, entry);


--
-- Name: feeds feeds_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.feeds
    ADD CONSTRAINT feeds_pkey PRIMARY KEY (axis, slug);


--
-- Name: followed followed_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.followed
    ADD CONSTRAINT followed_pkey PRIMARY KEY (key);


--
-- Name: fragments fragments_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.fragments
    ADD CONSTRAINT fragments_pkey PRIMARY KEY (id, kind);


--
-- Name: hosts hosts_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.hosts
    ADD CONSTRAINT hosts_pkey PRIMARY KEY (name);


--
-- Name: html html_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.html
    ADD CONSTRAINT html_pkey PRIMARY KEY (id);


--
-- Name: hub_tallies hub_tallies_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.hub_tallies
    ADD CONSTRAINT hub_tallies_pkey PRIMARY KEY (hub);


--
-- Name: llm_answers llm_answers_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.llm_answers
    ADD CONSTRAINT llm_answers_pkey PRIMARY KEY (key);


--
-- Name: llm_asked llm_asked_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.llm_asked
    ADD CONSTRAINT llm_asked_pkey PRIMARY KEY (id);


--
-- Name: members members_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (id, axis, slug);


--
-- Name: notes notes_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.notes
    ADD CONSTRAINT notes_pkey PRIMARY KEY (key);


--
-- Name: outcomes outcomes_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.outcomes
    ADD CONSTRAINT outcomes_pkey PRIMARY KEY (n);


--
-- Name: pictures pictures_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.pictures
    ADD CONSTRAINT pictures_pkey PRIMARY KEY (id);


--
-- Name: pruned pruned_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.pruned
    ADD CONSTRAINT pruned_pkey PRIMARY KEY (alias);


--
-- Name: reservations reservations_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.reservations
    ADD CONSTRAINT reservations_pkey PRIMARY KEY (id);


--
-- Name: sketch_keys sketch_keys_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.sketch_keys
    ADD CONSTRAINT sketch_keys_pkey PRIMARY KEY (value, id);


--
-- Name: sketches sketches_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.sketches
    ADD CONSTRAINT sketches_pkey PRIMARY KEY (id);


--
-- Name: sources sources_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.sources
    ADD CONSTRAINT sources_pkey PRIMARY KEY (key);


--
-- Name: stale_marks stale_marks_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.stale_marks
    ADD CONSTRAINT stale_marks_pkey PRIMARY KEY (n);


--
-- Name: subscriptions subscriptions_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.subscriptions
    ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (token);


--
-- Name: withdrawn_aliases withdrawn_aliases_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.withdrawn_aliases
    ADD CONSTRAINT withdrawn_aliases_pkey PRIMARY KEY (alias);


--
-- Name: withdrawn withdrawn_pkey; Type: CONSTRAINT; Schema: aged; Owner: -
--

ALTER TABLE ONLY aged.withdrawn
    ADD CONSTRAINT withdrawn_pkey PRIMARY KEY (id);


--
-- Name: aliases_id; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX aliases_id ON aged.aliases USING btree (id);


--
-- Name: articles_added; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX articles_added ON aged.articles USING btree (added);


--
-- Name: articles_files; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX articles_files ON aged.articles USING btree (id, path, mtime_ns, size);


--
-- Name: articles_merged; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX articles_merged ON aged.articles USING btree (merged_into);


--
-- Name: articles_title; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX articles_title ON aged.articles USING btree (title);


--
-- Name: blocks_host; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX blocks_host ON aged.blocks USING btree (host, n);


--
-- Name: entries_status; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX entries_status ON aged.entries USING btree (status, source, first_seen);


--
-- Name: hosts_due; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX hosts_due ON aged.hosts USING btree (due);


--
-- Name: llm_answers_id; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX llm_answers_id ON aged.llm_answers USING btree (id);


--
-- Name: llm_asked_status; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX llm_asked_status ON aged.llm_asked USING btree (status, at);


--
-- Name: members_order; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX members_order ON aged.members USING btree (axis, slug, added DESC, published DESC, id);


--
-- Name: outcomes_at; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX outcomes_at ON aged.outcomes USING btree (at);


--
-- Name: outcomes_source; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX outcomes_source ON aged.outcomes USING btree (source, n);


--
-- Name: pictures_due; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX pictures_due ON aged.pictures USING btree (next_try);


--
-- Name: sketch_keys_id; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX sketch_keys_id ON aged.sketch_keys USING btree (id);


--
-- Name: sketches_at; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX sketches_at ON aged.sketches USING btree (at);


--
-- Name: sources_due; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX sources_due ON aged.sources USING btree (disabled, next_due);


--
-- Name: sources_host; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX sources_host ON aged.sources USING btree (host, next_due);


--
-- Name: stale_marks_feed; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX stale_marks_feed ON aged.stale_marks USING btree (axis, slug, n);


--
-- Name: subscriptions_source; Type: INDEX; Schema: aged; Owner: -
--

CREATE INDEX subscriptions_source ON aged.subscriptions USING btree (source);


--
-- PostgreSQL database dump complete
--



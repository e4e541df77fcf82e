-- What the cases of `seed.sql` leave behind in the course of their work: events with their texts and heads, sent mails,
-- and printed documents. About as many for each case as the services write. The hashes have their form and are
-- chained, but `grants verify` was not made for these rows: they repeat no content of others.

-- An event: who, which step of which row, and the rows that it covers. `place` is its order within the case.
CREATE TEMP TABLE happened (subject_id int, place int, at timestamptz, person_id int, role text, key text, about text, about_id int,
                            step_from text, step_to text, said text, sums jsonb DEFAULT '{}', covers text[] DEFAULT '{}', texts text[] DEFAULT '{}', subject text DEFAULT 'application');
CREATE TEMP TABLE applied AS
    SELECT p.*, a.created_by, a.created_at, p.step NOT IN ('draft', 'withdrawn', 'not_eligible', 'checks', 'triage', 'question') AS reviewed,
           p.step IN ('panel', 'decision', 'agreement', 'active', 'closed', 'terminated', 'declined') AS met
    FROM proposed AS p JOIN application AS a USING (id);

INSERT INTO happened SELECT id, 10, created_at, created_by, 'applicant', 'begin', 'application', id, NULL, 'draft', 'Draft begun', '{}', '{application,involvement}' FROM applied;
INSERT INTO happened SELECT id, 20, submitted_at, created_by, 'applicant', 'submit', 'application', id, 'draft', 'checks', 'Submitted', '{}',
                            '{document,submission,application,draft}' FROM applied WHERE step <> 'draft';
INSERT INTO happened SELECT id, 30 + j, submitted_at + interval '1 day', (SELECT id FROM staff WHERE who = 'olga'), 'officer', 'check', 'application', id, NULL, NULL,
                            'Check passed: %(check)s', '{"check": {"message": {"text": "All costs in the budget are eligible", "values": {}}}}', '{checked}'
    FROM applied CROSS JOIN generate_series(1, 6) AS j WHERE reviewed;
INSERT INTO happened SELECT id, 40, submitted_at + interval '2 days', (SELECT id FROM staff WHERE who = 'olga'), 'officer', move.key, 'application', id, 'checks', move.step_to, move.said,
                            '{}', '{application}', move.texts
    FROM applied JOIN (VALUES ('pass', 'review', 'Sent to review', '{}'::text[]), ('ask', 'question', 'Question sent', '{question}')) AS move (key, step_to, said, texts)
        ON move.key = CASE WHEN reviewed THEN 'pass' WHEN step = 'question' THEN 'ask' END;
INSERT INTO happened SELECT a.application_id, 50 + move.place, a.assigned_at, CASE move.key WHEN 'assign' THEN a.assigned_by ELSE a.person_id END, move.role, move.key, 'assignment', a.id,
                            move.step_from, move.step_to, move.said, '{}', move.covers, '{person}'
    FROM assignment AS a JOIN applied ON applied.id = a.application_id
    CROSS JOIN (VALUES (1, 'assign', 'officer', NULL, 'asked', 'Reviewer invited', '{assignment}'::text[]),
                       (2, 'clear', 'reviewer', 'asked', 'ready', 'Declared no conflict of interest', '{assignment,review}'),
                       (3, 'send', 'reviewer', 'ready', 'sent', 'Review submitted', '{assignment,review,score,score2,score3}')) AS move (place, key, role, step_from, step_to, said, covers)
    WHERE move.key = 'assign' OR (move.key = 'clear' AND a.step IN ('ready', 'sent')) OR (move.key = 'send' AND a.step = 'sent');
INSERT INTO happened SELECT id, 60, submitted_at + interval '30 days', (SELECT id FROM staff WHERE who = 'olga'), 'officer', 'to_panel', 'application', id, 'review', 'panel', 'Sent to panel', '{}',
                            '{application}' FROM applied WHERE met;
INSERT INTO happened SELECT id, 61, submitted_at + interval '40 days', (SELECT id FROM staff WHERE who = 'olga'), 'officer', 'recommend', 'application', id, 'panel', 'decision', 'Recommended: award',
                            '{}', '{application,recommendation}', '{conditions}' FROM applied WHERE met AND step <> 'panel';
INSERT INTO happened SELECT application_id, 70, made_at, made_by, 'approver', 'begin', 'agreement', agreement.id, NULL, 'to_sign', 'Agreement prepared', '{}',
                            '{agreement,award,award_line,account,entry,posting}' FROM award JOIN agreement ON agreement.award_id = award.id JOIN applied ON applied.id = application_id;
INSERT INTO happened SELECT application_id, 70 + instalment.number, made_at, made_by, 'approver', 'begin', 'instalment', instalment.id, NULL, 'planned', 'Instalment %(number)s planned',
                            jsonb_build_object('number', instalment.number), '{instalment}'
    FROM award JOIN instalment ON instalment.award_id = award.id JOIN applied ON applied.id = application_id;
INSERT INTO happened SELECT application_id, 73 + report.number, made_at, made_by, 'approver', 'begin', 'report', report.id, NULL, 'due', '%(title)s planned',
                            jsonb_build_object('title', report.title), '{report,report_figure,report_spending}'
    FROM award JOIN report ON report.award_id = award.id JOIN applied ON applied.id = application_id;
INSERT INTO happened SELECT applied.id, 80, submitted_at + interval '60 days', decision.by, 'approver', ended.key, 'application', applied.id, 'decision', ended.step_to, ended.said,
                            CASE decision.kind WHEN 'award' THEN jsonb_build_object('amount', jsonb_build_object('amount', asked::text, 'currency', 'USD')) ELSE '{}' END,
                            '{application,decision,document,document_snapshot}', '{feedback}'
    FROM applied JOIN decision ON decision.application_id = applied.id
    JOIN (VALUES ('award', 'agreement', 'Awarded %(amount)s'), ('decline', 'declined', 'Declined'), ('not_eligible', 'not_eligible', 'Not eligible')) AS ended (key, step_to, said)
        ON ended.key = decision.kind;
INSERT INTO happened SELECT id, 80, submitted_at + interval '5 days', created_by, 'applicant', 'withdraw', 'application', id, 'checks', 'withdrawn', 'Withdrawn', '{}', '{application}'
    FROM applied WHERE step = 'withdrawn';
INSERT INTO happened SELECT application_id, 90 + move.place, made_at + interval '9 days', CASE move.place WHEN 1 THEN applied.created_by ELSE award.made_by END, move.role, move.key, 'agreement', agreement.id,
                            move.step_from, move.step_to, move.said, '{}', '{agreement,application}', '{name}'
    FROM award JOIN agreement ON agreement.award_id = award.id JOIN applied ON applied.id = application_id
    JOIN (VALUES (1, 'sign', 'applicant', 'to_sign', 'countersign', 'Agreement signed'), (2, 'countersign', 'approver', 'countersign', 'signed', 'Agreement countersigned'))
        AS move (place, key, role, step_from, step_to, said) ON agreement.step = 'signed' OR (agreement.step = 'countersign' AND move.place = 1);
INSERT INTO happened SELECT application_id, 93 + instalment.number, made_at + interval '10 days', NULL, 'clock', 'free', 'instalment', instalment.id, 'planned', 'payable', 'Instalment %(number)s payable',
                            jsonb_build_object('number', instalment.number), '{instalment,entry,posting,posting2}'
    FROM award JOIN instalment ON instalment.award_id = award.id AND instalment.step = 'payable' JOIN applied ON applied.id = application_id;
INSERT INTO happened SELECT application_id, 96 + 2 * report.number + move.place, report.due_on + interval '1 day', CASE move.place WHEN 0 THEN report.sent_by ELSE report.approved_by END,
                            move.role, move.key, 'report', report.id, move.step_from, move.step_to, move.said, jsonb_build_object('title', report.title), '{report,report_text,document}'
    FROM award JOIN report ON report.award_id = award.id JOIN applied ON applied.id = application_id
    JOIN (VALUES (0, 'send', 'applicant', 'due', 'received', '%(title)s submitted'), (1, 'approve', 'officer', 'received', 'approved', '%(title)s approved'))
        AS move (place, key, role, step_from, step_to, said) ON report.step = 'approved' OR (report.step = 'received' AND move.place = 0);
INSERT INTO happened SELECT id, 110, submitted_at + interval '500 days', (SELECT id FROM staff WHERE who = 'olga'), 'officer', CASE step WHEN 'closed' THEN 'close' ELSE 'terminate' END, 'application', id,
                            'active', step, CASE step WHEN 'closed' THEN 'Closed' ELSE 'Terminated' END, '{}', '{application,entry,posting}' FROM applied WHERE step IN ('closed', 'terminated');
INSERT INTO happened SELECT batch.id, move.place, approved_at, CASE move.place WHEN 2 THEN approved_by WHEN 3 THEN released_by ELSE prepared_by END, 'finance', move.key, 'batch', batch.id, move.step_from,
                            move.step_to, move.said, '{}', move.covers, '{}', 'batch'
    FROM batch JOIN (VALUES (1, 'begin', NULL, 'prepared', 'Batch prepared', '{batch,payment}'::text[]), (2, 'approve', 'prepared', 'approved', 'Batch approved', '{batch}'),
                            (3, 'release', 'approved', 'released', 'Batch released', '{batch,entry,posting}'), (4, 'confirm', 'released', 'paid', 'Batch paid', '{batch,payment,entry,posting}'))
        AS move (place, key, step_from, step_to, said, covers) ON move.place <= array_position('{prepared,approved,released,paid}'::text[], batch.step);

-- The cases lie mixed in the table, as they do when many are worked on at the same time.
ALTER TABLE history DISABLE TRIGGER history_stamp;
ALTER TABLE history DISABLE TRIGGER history_xact;
INSERT INTO history (subject, subject_id, number, at, person_id, role, on_behalf_of, via, key, about, about_id, step_from, step_to, said, previous, hash, xact, stamp)
    SELECT subject, subject_id, number, least(at, grants_now()), person_id, role, CASE WHEN key = 'begin' AND about = 'application' THEN (SELECT organisation_id FROM application WHERE id = subject_id) END,
           CASE role WHEN 'clock' THEN 'clock' ELSE 'web' END, key, about, about_id, step_from, step_to,
           jsonb_build_object('text', said, 'values', sums, 'words', (SELECT coalesce(jsonb_object_agg(name, encode(sha256((subject_id || name || number)::bytea), 'hex')), '{}') FROM unnest(texts) AS name),
                              'rows', (SELECT jsonb_object_agg(row, jsonb_build_object(about_id::text, '2:' || encode(sha256((row || about_id || number)::bytea), 'hex'))) FROM unnest(covers) AS row)),
           encode(sha256((subject || subject_id || '/' || number - 1)::bytea), 'hex'), encode(sha256((subject || subject_id || '/' || number)::bytea), 'hex'), 900, '0:900'
    FROM (SELECT *, row_number() OVER (PARTITION BY subject, subject_id ORDER BY place, about_id) AS number FROM happened) AS numbered
    ORDER BY at;
ALTER TABLE history ENABLE TRIGGER history_stamp;
ALTER TABLE history ENABLE TRIGGER history_xact;
INSERT INTO history_words (event_id, name, salt, words)
    SELECT event.id, name, md5(event.id || name), CASE name WHEN 'person' THEN format('Reviewer %s (demo)', event.id % 40) ELSE 'The owner of each mast is named before the first payment.' END
    FROM history AS event CROSS JOIN jsonb_object_keys(event.said -> 'words') AS name WHERE stamp = '0:900';
INSERT INTO history_head (subject, subject_id, number, hash)
    SELECT subject, subject_id, number, hash FROM (SELECT *, max(number) OVER (PARTITION BY subject, subject_id) AS newest FROM history WHERE stamp = '0:900') AS event
    WHERE number = newest;

-- A receipt for each submission, a letter for each decision, a report for each approved one; each printed once.
CREATE TEMP TABLE ordered AS
    SELECT row_number() OVER (ORDER BY at, kind) AS place, kind, letter, application_id, submission_id, least(at, grants_now()) AS at FROM (
        SELECT 'receipt' AS kind, 'Q' AS letter, id AS application_id, (SELECT s.id FROM submission AS s WHERE s.application_id = applied.id) AS submission_id, submitted_at AS at
            FROM applied WHERE step <> 'draft'
        UNION ALL SELECT CASE decision.kind WHEN 'award' THEN 'award_letter' ELSE 'decline_letter' END, 'L', applied.id, NULL, submitted_at + interval '60 days'
            FROM applied JOIN decision ON decision.application_id = applied.id
        UNION ALL SELECT 'impact_report', 'R', applied.id, NULL, report.due_on + interval '1 day'
            FROM report JOIN award ON award.id = report.award_id JOIN applied ON applied.id = award.application_id WHERE report.step = 'approved') AS wanted;
CREATE TEMP TABLE printed AS SELECT place, nextval(pg_get_serial_sequence('document', 'id')) AS document_id, nextval(pg_get_serial_sequence('outbox', 'id')) AS outbox_id FROM ordered;
INSERT INTO document (id, kind, number, code, version, language, application_id, submission_id, ordered_at)
    SELECT document_id, kind, format('%s-BENCH-%s', letter, place), upper(left(md5('code' || place), 13)), 1, 'en', application_id, submission_id, at
    FROM ordered JOIN printed USING (place) ORDER BY place;
INSERT INTO document_snapshot (document_id, data)
    SELECT document_id, jsonb_build_object('kind', kind, 'demo', true, 'number', format('%s-BENCH-%s', letter, place), 'text', repeat('One line of a letter is about this long. ', 20))
    FROM ordered JOIN printed USING (place) ORDER BY place;
INSERT INTO outbox (id, kind, queue, args, created_at, next_at, attempts, done_at)
    SELECT outbox_id, 'document', 'letters', jsonb_build_object('document', document_id), at, at, 1, at + interval '2 seconds' FROM ordered JOIN printed USING (place) ORDER BY place;
INSERT INTO document_file (document_id, outbox_id, sha256, size, pages, made_with, at)
    SELECT document_id, outbox_id, encode(sha256(place::text::bytea), 'hex'), 24000, 1, '{"weasyprint": "70.0", "fonts": "Noto Serif, Noto Sans", "assets": "letters"}', at + interval '2 seconds'
    FROM ordered JOIN printed USING (place) ORDER BY place;

-- The mails that these events caused: two contacts hear of each step that concerns them, each reviewer of an invitation.
-- Mails that were sent more than ninety days ago have been deleted.
INSERT INTO outbox (kind, queue, args, created_at, next_at, attempts, done_at)
    SELECT 'mail', 'default', jsonb_build_object('to', format('contact%s@example.org', turn), 'role', role, 'path', format('/applications/%s', subject_id), 'demo', true,
               'subject', jsonb_build_object('text', said, 'values', sums), 'text', jsonb_build_object('text', repeat('One line of a mail is about this long. ', 8), 'values', sums)),
           at, at, 1, at + interval '1 second'
    FROM happened CROSS JOIN generate_series(1, 2) AS turn
    WHERE at > grants_now() - interval '90 days' AND at <= grants_now() AND subject = 'application' AND (key IN ('submit', 'ask', 'award', 'decline', 'not_eligible', 'countersign', 'free', 'approve', 'close') OR (key = 'assign' AND turn = 1))
    ORDER BY at;

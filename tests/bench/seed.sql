-- A database of `bench.size` applications, as after eight calls over a few years. The step triggers are disabled, because
-- the events are only written afterwards (`records.sql`); all other constraints and triggers apply. `i` and `k` spread
-- values evenly, without randomness.

CREATE TEMP TABLE chosen_call AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS place, id, fund_id, programme, currency FROM call;
CREATE TEMP TABLE staff AS
    SELECT split_part(email, '@', 1) AS who, id FROM person;

INSERT INTO organisation (name, sort_key, country, region, language, kind)
    SELECT format('Chapter %s (demo)', to_char(i, 'FM000')), format('chapter %s (demo)', to_char(i, 'FM000')),
           (ARRAY['KE', 'NP', 'PE', 'FJ', 'LB', 'TG', 'KG', 'BO', 'MW', 'WS'])[1 + i % 10],
           (ARRAY['Africa', 'Asia-Pacific', 'Latin America', 'Europe', 'Middle East'])[1 + i % 5],
           (ARRAY['en', 'fr', 'es'])[1 + i % 3], 'chapter'
    FROM generate_series(1, 130) AS i;
CREATE TEMP TABLE applicant AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS place, id FROM organisation WHERE name LIKE 'Chapter ___ (demo)';

INSERT INTO person (email, name)
    SELECT format('contact%s@example.org', i), format('Contact %s (demo)', i) FROM generate_series(1, 260) AS i
    UNION ALL
    SELECT format('reviewer%s@example.org', i), format('Reviewer %s (demo)', i) FROM generate_series(1, 40) AS i;
CREATE TEMP TABLE contact AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS place, id FROM person WHERE email LIKE 'contact%';
CREATE TEMP TABLE referee AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS place, id FROM person WHERE email LIKE 'reviewer%';
INSERT INTO membership (person_id, organisation_id)
    SELECT contact.id, applicant.id FROM contact JOIN applicant ON applicant.place = contact.place % 130;
INSERT INTO appointment (person_id, role) SELECT id, 'reviewer' FROM referee;

-- Two in three agree to be named. At both sizes, thirteen belong to the chapter whose page is measured, and four hundred to
-- the call of the officer whose pages are measured, so that these pages have the same length.
CREATE TEMP TABLE planned AS
    SELECT i, (i * 37) % 100 AS k, chosen_call.id AS call_id, chosen_call.programme,
           CASE WHEN i <= 12 OR i = 19 THEN (SELECT organisation_id FROM membership JOIN staff ON staff.id = person_id WHERE who = 'mg1') ELSE applicant.id END AS organisation_id,
           contact.id AS person_id, 3000 + (i % 27) * 1000 AS asked,
           grants_now() - i * interval '1100 days' / current_setting('bench.size')::int AS sent_at
    FROM generate_series(1, current_setting('bench.size')::int) AS i
    JOIN chosen_call ON chosen_call.place = CASE WHEN i <= 800 AND i % 2 = 1 THEN 7 ELSE i % 7 END
    JOIN applicant ON applicant.place = (i * 7) % 130
    JOIN contact ON contact.place = (i * 7) % 130;
ALTER TABLE planned ADD COLUMN step text;
UPDATE planned SET step = CASE
    WHEN k < 6 THEN 'draft' WHEN k < 14 THEN CASE programme WHEN 'DRR' THEN 'triage' ELSE 'checks' END WHEN k < 17 THEN 'question'
    WHEN k < 31 THEN 'review' WHEN k < 37 THEN 'panel' WHEN k < 42 THEN 'decision' WHEN k < 47 THEN 'agreement' WHEN k < 61 THEN 'active'
    WHEN k < 77 THEN 'closed' WHEN k < 78 THEN 'terminated' WHEN k < 92 THEN 'declined' WHEN k < 96 THEN 'not_eligible' ELSE 'withdrawn' END;

-- Every application begins as a draft, because a submission needs it and it needs its submission.
ALTER TABLE application DISABLE TRIGGER application_step_made;
ALTER TABLE application DISABLE TRIGGER application_step_moved;
INSERT INTO application (call_id, organisation_id, created_by, reference, stage, step, step_at, title, summary, months, asked, created_at,
                         submitted_at, version)
    SELECT call_id, organisation_id, person_id, CASE WHEN step <> 'draft' THEN format('BENCH-%s', to_char(i, 'FM00000')) END, 'proposal', 'draft',
           sent_at + interval '3 days',
           format('%s in district %s', (ARRAY['A community network', 'A school laboratory', 'Measuring points', 'A fibre link', 'Training for operators'])[1 + i % 5], i),
           'What is planned, in one sentence that is about as long as such sentences are in practice.', 12, asked, sent_at - interval '9 days',
           CASE WHEN step <> 'draft' THEN sent_at END, 1
    FROM planned ORDER BY i DESC;
CREATE TEMP TABLE proposed AS
    SELECT a.id, a.call_id, planned.step, a.submitted_at, a.asked, a.title, planned.i
    FROM application AS a JOIN planned ON planned.i = split_part(a.title, ' district ', 2)::int WHERE a.title LIKE '% in district %';
CREATE UNIQUE INDEX ON proposed (id);

INSERT INTO submission (application_id, number, stage, sha256, salt, sent_at)
    SELECT id, 1, 'proposal', encode(sha256(i::text::bytea), 'hex'), i, submitted_at FROM proposed WHERE step <> 'draft' ORDER BY i DESC;
INSERT INTO submission_content (submission_id, content)
    SELECT s.id, jsonb_build_object('title', title, 'declares_published', i % 3 > 0) FROM submission AS s JOIN proposed ON proposed.id = application_id;
INSERT INTO draft (application_id, content, version)
    SELECT id, CASE step WHEN 'draft' THEN jsonb_build_object('answers', jsonb_build_object('title', title)) ELSE '{}' END, 1 FROM proposed;
UPDATE application AS a SET submission_id = s.id, step = proposed.step
    FROM proposed JOIN submission AS s ON s.application_id = proposed.id WHERE a.id = proposed.id;
UPDATE application SET title = '', summary = '', months = NULL, asked = 0 WHERE step = 'draft' AND title LIKE '% in district %';
INSERT INTO involvement (application_id, person_id, part)
    SELECT id, created_by, 'created' FROM application
    UNION ALL SELECT a.id, m.person_id, 'member' FROM application AS a JOIN membership AS m USING (organisation_id);
ALTER TABLE application ENABLE TRIGGER application_step_made;
ALTER TABLE application ENABLE TRIGGER application_step_moved;

-- Three reviewers each; at both sizes the same reviews are open, and the list of Rex, which is measured, has fifteen rows.
CREATE TEMP TABLE asked_of AS
    SELECT p.id, p.i, j, p.step, p.submitted_at, p.asked,
           CASE WHEN j = 0 AND p.turn <= 15 THEN (SELECT id FROM staff WHERE who = 'rex') ELSE referee.id END AS person_id,
           CASE WHEN p.step <> 'review' OR p.i > 1000 THEN 'sent' ELSE (ARRAY['sent', 'ready', 'asked', 'sent', 'declined'])[1 + (p.i + j) % 5] END AS state
    FROM (SELECT *, row_number() OVER (PARTITION BY step = 'review' ORDER BY i) + CASE WHEN step = 'review' THEN 0 ELSE 1000000 END AS turn FROM proposed) AS p
    CROSS JOIN generate_series(0, 2) AS j
    JOIN referee ON referee.place = (p.i * 3 + j) % 40
    WHERE p.step IN ('review', 'panel', 'decision', 'agreement', 'active', 'closed', 'terminated', 'declined');
ALTER TABLE assignment DISABLE TRIGGER assignment_step_made;
INSERT INTO assignment (application_id, submission_id, person_id, stage, step, due_on, assigned_by, assigned_at, cleared_at, version)
    SELECT id, (SELECT s.id FROM submission AS s WHERE s.application_id = asked_of.id), person_id, 'proposal', state, (submitted_at + interval '24 days')::date, (SELECT id FROM staff WHERE who = 'olga'),
           submitted_at + interval '3 days', CASE WHEN state IN ('ready', 'sent') THEN submitted_at + interval '4 days' END, 1
    FROM asked_of;
ALTER TABLE assignment ENABLE TRIGGER assignment_step_made;
INSERT INTO review (assignment_id, strengths, concerns, fund, amount, confidence, saved_at, sent_at)
    SELECT assignment.id, 'Known in the district.', 'The masts are not priced.', asked_of.i % 3 > 0, asked_of.asked, 1 + asked_of.i % 5,
           asked_of.submitted_at + interval '20 days', asked_of.submitted_at + interval '20 days'
    FROM asked_of JOIN assignment ON assignment.application_id = asked_of.id AND assignment.person_id = asked_of.person_id
    WHERE asked_of.state = 'sent';
INSERT INTO score (review_id, criterion, points, comment)
    SELECT review.id, criterion ->> 'key', (review.id + place) % 6, 'As the figures show.'
    FROM review JOIN assignment ON assignment.id = assignment_id JOIN application ON application.id = application_id JOIN call ON call.id = call_id
    CROSS JOIN jsonb_array_elements(call.rules -> 'rubric') WITH ORDINALITY AS rubric (criterion, place);

INSERT INTO conflict (application_id, person_id, kinds)
    SELECT id, (SELECT id FROM staff WHERE who = 'omar'), 'member' FROM proposed WHERE i <= 20 AND step <> 'draft';
INSERT INTO decision (application_id, submission_id, kind, feedback, by)
    SELECT id, (SELECT s.id FROM submission AS s WHERE s.application_id = proposed.id), CASE WHEN step = 'declined' THEN 'decline' WHEN step = 'not_eligible' THEN 'not_eligible' ELSE 'award' END, 'For the reasons given.',
           (SELECT id FROM staff WHERE who = 'pia')
    FROM proposed WHERE step IN ('agreement', 'active', 'closed', 'terminated', 'declined', 'not_eligible');

INSERT INTO award (application_id, number, amount, currency, starts_on, ends_on, made_by, made_at)
    SELECT proposed.id, format('A-BENCH-%s', i), asked, call.currency, (submitted_at + interval '90 days')::date, (submitted_at + interval '455 days')::date,
           (SELECT id FROM staff WHERE who = 'pia'), submitted_at + interval '60 days'
    FROM proposed JOIN call ON call.id = call_id WHERE proposed.step IN ('agreement', 'active', 'closed', 'terminated') ORDER BY i DESC;
INSERT INTO award_line (award_id, position, what, category, quantity, unit_cost, total, agreed)
    SELECT id, 0, 'Masts (demo)', 'equipment', 1, amount, amount, amount FROM award;
CREATE TEMP TABLE given AS
    SELECT award.id, award.amount, award.currency, award.starts_on, proposed.i, proposed.step, proposed.call_id, call.fund_id
    FROM award JOIN proposed ON proposed.id = application_id JOIN call ON call.id = call_id;
ALTER TABLE agreement DISABLE TRIGGER agreement_step_made;
INSERT INTO agreement (award_id, number, step, signed_by, signed_name, signed_at, countersigned_by, countersigned_name, countersigned_at, version)
    SELECT id, format('G-BENCH-%s', i), CASE WHEN step <> 'agreement' THEN 'signed' WHEN i % 2 = 0 THEN 'to_sign' ELSE 'countersign' END,
           (SELECT id FROM staff WHERE who = 'mg1'), 'Signed (demo)', grants_now(), (SELECT id FROM staff WHERE who = 'pia'), 'Signed (demo)', grants_now(), 1
    FROM given;
ALTER TABLE agreement ENABLE TRIGGER agreement_step_made;

-- Active grants: the first instalment is paid except for every tenth of the first thousand, so that as many wait for
-- finance at both sizes; the second is planned. Closed grants are paid in full.
ALTER TABLE instalment DISABLE TRIGGER instalment_step_made;
INSERT INTO instalment (award_id, number, amount, conditions, step, version)
    SELECT id, number, amount * CASE number WHEN 1 THEN 0.6 ELSE 0.4 END, CASE number WHEN 1 THEN '{}'::text[] ELSE '{report:1}'::text[] END,
           CASE WHEN step = 'closed' OR (step = 'active' AND number = 1) THEN 'payable' ELSE 'planned' END, 1
    FROM given CROSS JOIN generate_series(1, 2) AS number;
ALTER TABLE instalment ENABLE TRIGGER instalment_step_made;

-- Four payments of one fund per batch; at both sizes thirty batches are still in progress.
CREATE TEMP TABLE to_pay AS
    SELECT instalment.id, instalment.amount, given.currency, given.id AS award_id, given.call_id, given.fund_id,
           (row_number() OVER (PARTITION BY given.fund_id ORDER BY instalment.id) - 1) / 4 AS batch
    FROM instalment JOIN given ON given.id = award_id
    WHERE instalment.step = 'payable' AND NOT (given.step = 'active' AND given.i % 10 = 0 AND given.i <= 1000);
ALTER TABLE batch DISABLE TRIGGER batch_step_made;
INSERT INTO batch (number, fund_id, step, prepared_by, approved_by, approved_at, released_by, released_at, version)
    SELECT format('B-BENCH-%s-%s', fund_id, batch), fund_id,
           CASE WHEN batch >= 30 THEN 'paid' ELSE (ARRAY['prepared', 'approved', 'released'])[1 + (batch % 3)::int] END,
           (SELECT id FROM staff WHERE who = 'fay'), (SELECT id FROM staff WHERE who = 'fox'), grants_now(), (SELECT id FROM staff WHERE who = 'fritz'), grants_now(), 1
    FROM to_pay GROUP BY fund_id, batch ORDER BY fund_id, batch;
ALTER TABLE batch ENABLE TRIGGER batch_step_made;
INSERT INTO payment (batch_id, instalment_id, amount, currency, paid_at)
    SELECT batch.id, to_pay.id, to_pay.amount, to_pay.currency, CASE WHEN batch.step = 'paid' THEN grants_now() END
    FROM to_pay JOIN batch ON batch.number = format('B-BENCH-%s-%s', to_pay.fund_id, to_pay.batch);

ALTER TABLE report DISABLE TRIGGER report_step_made;
INSERT INTO report (award_id, number, title, kind, due_on, step, step_at, sent_by, sent_at, approved_by, approved_at, version)
    SELECT id, number, CASE number WHEN 1 THEN 'Interim report' ELSE 'Final report' END, CASE number WHEN 1 THEN 'interim' ELSE 'final' END,
           starts_on + number * 180, state, grants_now(), CASE WHEN state <> 'due' THEN (SELECT id FROM staff WHERE who = 'mg1') END,
           CASE WHEN state <> 'due' THEN grants_now() END, CASE WHEN state = 'approved' THEN (SELECT id FROM staff WHERE who = 'olga') END,
           CASE WHEN state = 'approved' THEN grants_now() END, 1
    FROM (SELECT *, CASE WHEN step = 'closed' THEN 'approved' WHEN step = 'active' AND number = 1 THEN (ARRAY['due', 'received', 'approved'])[1 + i % 3]
                         ELSE 'due' END AS state
          FROM given CROSS JOIN generate_series(1, 2) AS number) AS owed;
ALTER TABLE report ENABLE TRIGGER report_step_made;

-- For each award, one entry commits its amount, and one books what is payable, in transit and paid.
INSERT INTO account (kind, fund_id, call_id, award_id, currency)
    SELECT kind, fund_id, call_id, id, currency FROM given CROSS JOIN unnest(ARRAY['committed', 'payable', 'in_transit', 'paid']) AS kind;
CREATE TEMP TABLE due AS
    SELECT given.id AS award_id, CASE batch.step WHEN 'paid' THEN 'paid' WHEN 'released' THEN 'in_transit' ELSE 'payable' END AS kind, sum(instalment.amount) AS amount
    FROM given JOIN instalment ON instalment.award_id = given.id AND instalment.step = 'payable'
    LEFT JOIN payment ON payment.instalment_id = instalment.id LEFT JOIN batch ON batch.id = batch_id
    GROUP BY 1, 2;
CREATE TEMP TABLE booked AS
    SELECT given.id AS award_id, given.call_id, given.amount, given.currency, nextval(pg_get_serial_sequence('entry', 'id')) AS committing,
           CASE WHEN EXISTS (SELECT FROM due WHERE award_id = given.id) THEN nextval(pg_get_serial_sequence('entry', 'id')) END AS paying
    FROM given;
INSERT INTO entry (id, kind) SELECT committing, 'award' FROM booked UNION ALL SELECT paying, 'confirm' FROM booked WHERE paying IS NOT NULL;
INSERT INTO posting (entry_id, account_id, amount, currency)
    SELECT committing, account.id, booked.amount, booked.currency
    FROM booked JOIN account ON account.award_id = booked.award_id AND account.kind = 'committed'
    UNION ALL
    SELECT committing, account.id, -booked.amount, booked.currency
    FROM booked JOIN account ON account.call_id = booked.call_id AND account.kind = 'envelope' AND account.award_id IS NULL
    UNION ALL
    SELECT paying, account.id, due.amount, booked.currency
    FROM booked JOIN due USING (award_id) JOIN account ON account.award_id = due.award_id AND account.kind = due.kind
    UNION ALL
    SELECT paying, account.id, -sum(due.amount), booked.currency
    FROM booked JOIN due USING (award_id) JOIN account ON account.award_id = due.award_id AND account.kind = 'committed'
    GROUP BY paying, account.id, booked.currency;

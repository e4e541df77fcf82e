"""For each constraint of the tables, a row that violates it."""

# ruff: noqa: E501 - a constraint and the row that violates it share one line
from __future__ import annotations

import pytest
from psycopg import errors
from sqlalchemy import CheckConstraint

import grants.models  # noqa: F401 - the metadata is full only when every table is imported
from grants.db import Model
from tests.database.conftest import Connect

SENT = (
    "INSERT INTO submission (application_id, number, stage, sha256, sent_at)"
    " VALUES (1, {number}, '{stage}', '{sha256}', now())"
)
UPLOAD = (
    "INSERT INTO attachment (id, organisation_id, name, kind, size, sha256, quarantine_key, replaces_id, uploaded_by)"
    " SELECT {id}, organisation_id, {name}, {kind}, {size}, {sha256}, {key}, {replaces}, uploaded_by FROM attachment"
    " ORDER BY id DESC LIMIT 1"
)
SOUND = {
    "id": "nextval('attachment_id_seq')", "name": "name", "kind": "kind", "size": "size", "sha256": "sha256",
    "key": "repeat('0', 32)", "replaces": "NULL",
}  # fmt: skip
FRESH = f"WITH fresh AS ({UPLOAD.format(**SOUND)} RETURNING id, organisation_id, uploaded_by) "
CHECKED = FRESH + (
    "INSERT INTO attachment_check (attachment_id, verdict, reason, name, media_type, sha256, size)"
    " SELECT id, {verdict}, {reason}, {name}, {name}, {sha256}, {size} FROM fresh"
)
ACCEPTED = {"verdict": "'accepted'", "reason": "NULL", "name": "'a'", "sha256": "repeat('a', 64)", "size": "1"}
UNCLEAR = {"verdict": "'perhaps'", "reason": "'{}'", "name": "NULL", "sha256": "NULL", "size": "NULL"}
PREVIEW = "INSERT INTO attachment_preview (attachment_id, number, sha256) VALUES (1, {number}, {sha256})"
VERSION = FRESH + (
    "INSERT INTO organisation_document"
    " (organisation_id, attachment_id, type, title, version, valid_from, valid_until, added_by)"
    " SELECT organisation_id, {attachment}, {type}, '', {version}, '2027-01-02', {until}, uploaded_by FROM fresh"
)
WHOLE = {"attachment": "id", "type": "'accounts'", "version": "1", "until": "NULL"}
REGISTERED = (
    "INSERT INTO registration (email, name, language, kind, organisation, country, legal_name, ends_at, used_at)"
    " VALUES ('x@example.org', 'X', 'en', {})"
)
INVITED = (
    "INSERT INTO invitation (email, name, invited_by, ends_at, {columns})"
    " VALUES ('a@b', 'N', 1, now() + interval '1 day', {values})"
)
MAILED = (
    "INSERT INTO message (application_id, side, person_id, via, sha256, salt, body, mail_sha256, files)"
    " VALUES (1, '{side}', 1, 'mail', repeat('0', 64), repeat('0', 32), 'x', {values})"
)
REPLY = (
    "WITH m AS (INSERT INTO message (application_id, side, person_id, sha256, salt, body)"
    " VALUES (1, 'applicant', 1, repeat('0', 64), repeat('0', 32), 'x') RETURNING id)"
    " INSERT INTO message_mail (token_sha256, message_id, person_id, role, ends_at, problem)"
    " SELECT {token}, id, 1, '{role}', {ends}, '{problem}' FROM m"
)
BROKEN = {
    "account_kind_is_known": "INSERT INTO account (kind, fund_id, currency) VALUES ('pocket', 1, 'USD')",
    "agreement_first_signature": "UPDATE agreement SET step = 'countersign', signed_name = ''",
    "agreement_second_signature": "UPDATE agreement SET step = 'signed', countersigned_by = NULL",
    "agreement_two_people_sign": "UPDATE agreement SET countersigned_by = signed_by",
    "application_asks_no_less_than_nothing": "UPDATE application SET asked = -1",
    "application_months_are_plausible": "UPDATE application SET months = 121",
    "application_sent_has_its_number": "UPDATE application SET reference = NULL WHERE step <> 'draft'",
    "application_stage_is_known": "UPDATE application SET stage = 'finale'",
    "appointment_ends_after_it_begins": "UPDATE appointment SET ends_on = created_at::date WHERE id = 1",
    "appointment_reminds_of_an_end": "UPDATE appointment SET reminded_days = 30 WHERE id = 1",
    "appointment_one_scope": "UPDATE appointment SET programme = 'BTN-L', call_id = 1 WHERE id = 1",
    "appointment_role_is_appointed": "UPDATE appointment SET role = 'applicant' WHERE id = 1",
    "assignment_reads_after_declaring": "UPDATE assignment SET cleared_at = NULL",
    "assignment_step_is_known": "UPDATE assignment SET step = 'asleep'",
    "attachment_check_accepted_is_stored": CHECKED.format(**ACCEPTED | {"reason": "'{}'"}),
    "attachment_check_is_not_empty": CHECKED.format(**ACCEPTED | {"size": "0"}),
    "attachment_check_sha256_is_a_hash": CHECKED.format(**ACCEPTED | {"sha256": "'ABC'"}),
    "attachment_check_verdict_is_known": CHECKED.format(**UNCLEAR),
    "attachment_is_not_empty": UPLOAD.format(**SOUND | {"size": "0"}),
    "attachment_kind_is_known": UPLOAD.format(**SOUND | {"kind": "'film'"}),
    "attachment_name_is_no_path": UPLOAD.format(**SOUND | {"name": "'../' || name"}),
    "attachment_preview_is_counted_from_one": PREVIEW.format(number=0, sha256="repeat('a', 64)"),
    "attachment_preview_sha256_is_a_hash": PREVIEW.format(number=9, sha256="'ABC'"),
    "attachment_quarantine_key_has_its_form": UPLOAD.format(**SOUND | {"key": "'../x'"}),
    "attachment_replaces_an_earlier_one": UPLOAD.format(**SOUND | {"id": "0", "replaces": "id"}),
    "attachment_sha256_is_a_hash": UPLOAD.format(**SOUND | {"sha256": "'ABC'"}),
    "award_ends_after_it_starts": "UPDATE award SET ends_on = starts_on",
    "award_gives_something": "UPDATE award SET amount = 0",
    "award_asks_back_by_a_day": "UPDATE award SET unused = 1, back_by = NULL",
    "award_line_agreed_within_what_was_asked": "UPDATE award_line SET agreed = total + 1",
    "award_leaves_no_less_than_nothing": "UPDATE award SET unused = -1, back_by = now()",
    "award_met_says_who_found_it": "UPDATE award SET met_at = now(), met_by = NULL, conditions = 'x'",
    "award_only_a_condition_is_met": "UPDATE award SET conditions = '', met_at = now(), met_by = 1",
    "balance_never_below_zero": "UPDATE balance SET amount = -0.001 WHERE kind = 'envelope'",
    "batch_approved_by_somebody": "UPDATE batch SET approved_by = NULL",
    "batch_released_by_somebody": "UPDATE batch SET released_by = NULL",
    "batch_three_people": "UPDATE batch SET released_by = prepared_by",
    "call_closes_after_it_opens": "UPDATE call SET closes_at = opens_at",
    "call_currency_is_a_code": "UPDATE call SET currency = 'dollar'",
    "call_open_has_its_day": "UPDATE call SET opened_at = NULL",
    "call_step_is_known": "UPDATE call SET step = 'ajar'",
    "checked_a_failure_has_its_reason": "UPDATE checked SET verdict = 'failed', note = ''",
    "checked_verdict_is_known": "UPDATE checked SET verdict = 'perhaps', note = 'x'",
    "checkpoint_form_of_its_version":
        "INSERT INTO checkpoint (id, version, epoch, at, up_to, gaps, events, digest, seal) VALUES (9, 2, 1, now(), 0, '[]', 0, '', '')",
    "checkpoint_restore_states_what_was_lost":
        "INSERT INTO checkpoint (id, version, epoch, at, up_to, gaps, events, previous, digest, key_id, seal, lost_epoch) VALUES (9, 2, 1, now(), 0, '[]', 0, '', '', '', '', 1)",
    "clock_failure_was_tried": "INSERT INTO clock_failure (task, problem, tries) VALUES ('digest', 'x', 0)",
    "clock_offset_one_row": "INSERT INTO clock_offset VALUES (2, 0)",
    "conflict_lifted_by_another_with_a_reason":
        "INSERT INTO conflict (application_id, person_id, kinds, lifted_at, lifted_by, lifted_reason) VALUES (1, 1, 'money', now(), 1, 'x')",
    "conflict_lifted_by_somebody": "INSERT INTO conflict (application_id, person_id, kinds, lifted_at) VALUES (1, 1, 'money', now())",
    "decision_a_no_has_its_reasons": "UPDATE decision SET kind = 'decline', feedback = ''",
    "decision_kind_is_known": "UPDATE decision SET kind = 'perhaps', feedback = 'x'",
    "document_code_has_its_form":
        "INSERT INTO document (kind, number, version, language, application_id, code) VALUES ('receipt', 'x', 1, 'en', 1, 'OOOOOOOOOOOOO')",
    "document_end_kind_is_known": "INSERT INTO document_end (document_id, kind, reason) VALUES (1, 'lost', '')",
    "document_file_is_not_empty":
        "INSERT INTO document_file (document_id, outbox_id, sha256, size, pages, made_with) SELECT 2, 2, sha256, 0, 1, '{}' FROM document_file",
    "document_file_sha256_is_a_hash":
        "INSERT INTO document_file (document_id, outbox_id, sha256, size, pages, made_with) VALUES (2, 2, 'ABC', 1, 1, '{}')",
    "factor_app_has_its_secret": "INSERT INTO factor (person_id, kind, label) VALUES (1, 'totp', 'x')",
    "factor_ends_after_it_begins":
        "INSERT INTO factor (person_id, kind, label, secret, ended_at) VALUES (1, 'totp', 'x', 'x', '2000-01-01')",
    "factor_has_a_label": "INSERT INTO factor (person_id, kind, label, secret) VALUES (1, 'totp', '', 'x')",
    "factor_kind_is_known": "INSERT INTO factor (person_id, kind, label) VALUES (1, 'sms', 'x')",
    "factor_passkey_has_its_key": "INSERT INTO factor (person_id, kind, label, credential_id) VALUES (1, 'passkey', 'x', 'x')",
    "provider_account_ends_after_it_begins":
        "INSERT INTO provider_account (person_id, issuer, subject_sha256, ended_at) VALUES (1, 'x', repeat('0', 64), '2000-01-01')",
    "provider_account_has_an_issuer": "INSERT INTO provider_account (person_id, issuer, subject_sha256) VALUES (1, '', repeat('0', 64))",
    "provider_account_subject_is_a_hash": "INSERT INTO provider_account (person_id, issuer, subject_sha256) VALUES (1, 'x', 'x')",
    "recovery_code_code_is_a_hash": "INSERT INTO recovery_code (person_id, code_sha256) VALUES (1, 'code')",
    "recovery_code_ends_when_used": "INSERT INTO recovery_code (person_id, code_sha256, used_at) VALUES (1, repeat('0', 64), now() + interval '1 year')",
    "recovery_code_used_after_it_begins":
        "INSERT INTO recovery_code (person_id, code_sha256, used_at, ended_at) VALUES (1, repeat('0', 64), '2000-01-01', '2000-01-01')",
    "sign_in_way_is_known":
        "INSERT INTO sign_in (token_sha256, person_id, ends_at, idle_ends_at, way) VALUES ('x', 1, now(), now(), 'luck')",
    "sign_in_challenge_has_its_time":
        "INSERT INTO sign_in (token_sha256, person_id, ends_at, idle_ends_at, challenge) VALUES ('x', 1, now(), now(), 'x')",
    "trusted_device_ends_after_it_begins":
        "INSERT INTO trusted_device (token_sha256, person_id, ends_at) VALUES (repeat('0', 64), 1, '2000-01-01')",
    "trusted_device_token_is_a_hash":
        "INSERT INTO trusted_device (token_sha256, person_id, ends_at) VALUES ('token', 1, now() + interval '1 year')",
    "figures_one_row":
        "INSERT INTO figures (id, at, awards, countries, promised, paid, funded, declined, not_eligible, undecided) VALUES (2, now(), 0, 0, 0, 0, 0, 0, 0, 0)",
    "fund_currency_is_a_code": "UPDATE fund SET currency = 'usd'",
    "history_only_the_clock_has_no_person":
        "INSERT INTO history (subject, subject_id, number, at, role, via, key, about, about_id, said, previous, hash)"
        " VALUES ('x', 1, 1, now(), 'approver', 'test', 'award', 'x', 1, '{}', repeat('0', 64), repeat('0', 64))",
    "history_hashes_have_their_form":
        "INSERT INTO history (subject, subject_id, number, at, role, via, key, about, about_id, said, previous, hash)"
        " VALUES ('x', 1, 1, now(), 'clock', 'test', 'award', 'x', 1, '{}', repeat('0', 64), repeat('0', 65))",
    "history_head_hash_has_its_form": "UPDATE history_head SET hash = ''",
    "history_words_salt_has_its_form":
        "INSERT INTO history_words (event_id, name, salt, words) SELECT min(id), 'x', repeat('0', 32) || ':The', 'end' FROM history",
    "instalment_pays_something": "UPDATE instalment SET amount = 0",
    "instalment_step_is_known": "UPDATE instalment SET step = 'paid'",
    "involvement_part_is_known": "INSERT INTO involvement (application_id, person_id, part) VALUES (1, 1, 'watched')",
    "device_token_is_a_hash": "INSERT INTO device (person_id, token_sha256) VALUES (1, 'token')",
    "email_change_email_is_one":
        "INSERT INTO email_change (person_id, email, ends_at) VALUES (1, 'Mia@example.org', now() + interval '1 year')",
    "email_change_ends_after_it_begins":
        "INSERT INTO email_change (person_id, email, ends_at) VALUES (1, 'mia@example.org', now() - interval '1 year')",
    "email_change_former_is_of_one_that_has_ended":
        "INSERT INTO email_change (person_id, email, ends_at, former) VALUES (1, 'a@b', now() + interval '1 year', 'c@d')",
    "join_request_decided_by_somebody":
        "INSERT INTO join_request (organisation_id, person_id, due_on, decided_at) VALUES (1, 1, now(), now())",
    "join_request_declined_with_a_reason":
        "INSERT INTO join_request (organisation_id, person_id, due_on, decided_at, decided_by, accepted) VALUES (1, 1, now(), now(), 1, false)",
    "invitation_email_is_one": INVITED.format(columns="role", values="'officer'").replace("'a@b'", "'A@b'"),
    "invitation_one_purpose": INVITED.format(columns="role, organisation_id", values="'officer', 1"),
    "invitation_role_is_appointed": INVITED.format(columns="role", values="'applicant'"),
    "invitation_one_scope": INVITED.format(columns="role, programme, call_id", values="'officer', 'BTN-L', 1"),
    "invitation_token_is_a_hash": INVITED.format(columns="role, token_sha256", values="'officer', 'abc'"),
    "invitation_ends_after_it_begins": INVITED.format(columns="role, created_at", values="'officer', now() + interval '9 days'"),
    "invitation_accepted_by_somebody": INVITED.format(columns="role, accepted_at", values="'officer', now()"),
    "invitation_hand_over_has_its_day": INVITED.format(columns="role, starts_on", values="'officer', '2030-01-01'"),
    "invitation_only_a_role_ends": INVITED.format(columns="organisation_id, role_ends_on", values="1, '2030-01-01'"),
    "invitation_one_end": INVITED.format(columns="role, accepted_at, accepted_by, withdrawn_at", values="'officer', now(), 1, now()"),
    "link_change_has_its_links":
        "INSERT INTO link (token_sha256, person_id, purpose, ends_at) VALUES (repeat('0', 64), 1, 'keep_email', now() + interval '1 year')",
    "link_ends_after_it_begins":
        "INSERT INTO link (token_sha256, person_id, purpose, ends_at) VALUES (repeat('0', 64), 1, 'sign_in', now() - interval '1 year')",
    "link_purpose_is_known":
        "INSERT INTO link (token_sha256, person_id, purpose, ends_at) VALUES (repeat('0', 64), 1, 'pay', now() + interval '1 year')",
    "link_token_is_a_hash":
        "INSERT INTO link (token_sha256, person_id, purpose, ends_at) VALUES ('token', 1, 'sign_in', now() + interval '1 year')",
    "link_used_after_it_begins":
        "INSERT INTO link (token_sha256, person_id, purpose, ends_at, used_at) VALUES (repeat('0', 64), 1, 'sign_in', now() + interval '1 year', '2000-01-01')",
    "message_files_are_counted": MAILED.format(side="applicant", values="repeat('a', 64), -1"),
    "message_identifier_is_a_hash": MAILED.format(side="applicant", values="'x', 0"),
    "message_mail_has_its_identifier": MAILED.format(side="applicant", values="NULL, 0"),
    "message_page_quotes_nothing":
        "INSERT INTO message (application_id, side, person_id, sha256, salt, body, quoted) VALUES (1, 'applicant', 1, repeat('0', 64), repeat('0', 32), '', 'x')",
    "message_side_is_known": MAILED.format(side="public", values="repeat('a', 64), 0"),
    "message_text_has_its_hash":
        "INSERT INTO message (application_id, side, person_id, sha256, salt, body) VALUES (1, 'applicant', 1, repeat('0', 64), '', '')",
    "message_way_is_known":
        "INSERT INTO message (application_id, side, person_id, via, sha256, salt, body) VALUES (1, 'applicant', 1, 'fax', repeat('0', 64), repeat('0', 32), '')",
    "message_mail_ends_after_it_begins": REPLY.format(token="repeat('a', 64)", role="officer", ends="'2000-01-01'", problem=""),
    "message_mail_problem_of_what_came_back": REPLY.format(token="repeat('a', 64)", role="officer", ends="'2100-01-01'", problem="x"),
    "message_mail_role_answers": REPLY.format(token="repeat('a', 64)", role="reviewer", ends="'2100-01-01'", problem=""),
    "message_mail_token_is_a_hash": REPLY.format(token="'x'", role="officer", ends="'2100-01-01'", problem=""),
    "more_time_given_for_a_reason":
        "INSERT INTO more_time (call_id, organisation_id, until, reason, by) VALUES (1, 1, now(), '', 1)",
    "organisation_document_ends_after_it_begins": VERSION.format(**WHOLE | {"until": "'2027-01-01'"}),
    "organisation_document_is_counted_from_one": VERSION.format(**WHOLE | {"version": "0"}),
    "organisation_document_other_has_a_title": VERSION.format(**WHOLE | {"type": "'other'"}),
    "organisation_document_type_is_known": VERSION.format(**WHOLE | {"type": "'diary'"}),
    "note_text_has_its_hash": "INSERT INTO note (application_id, person_id, sha256, salt, body) VALUES (1, 1, '', '', 'x')",
    "organisation_country_is_a_code": "UPDATE organisation SET country = 'mg'",
    "organisation_kind_is_known": "UPDATE organisation SET kind = 'club'",
    "organisation_profile_has_its_legal_name":
        "INSERT INTO organisation_profile (organisation_id, number, legal_name, identifier) VALUES (1, 9, '', 'x')",
    "organisation_profile_is_counted_from_one":
        "INSERT INTO organisation_profile (organisation_id, number, legal_name, identifier) VALUES (1, 0, 'x', 'x')",
    "organisation_profile_number_has_its_register":
        "INSERT INTO organisation_profile (organisation_id, number, legal_name, identifier, register) VALUES (1, 9, 'x', 'x', 'x')",
    "organisation_merge_is_complete": "UPDATE organisation SET merged_into_id = 1 WHERE id = 2",
    "organisation_merges_with_another": "UPDATE organisation SET merged_into_id = id, merged_at = now(), merged_by_id = 1, merged_reason = 'x' WHERE id = 1",
    "organisation_standing_is_known": "UPDATE organisation SET standing = 'so so'",
    "outbox_kind_is_known": "UPDATE outbox SET kind = 'shell'",
    "outbox_one_end": "UPDATE outbox SET done_at = now(), dead_at = now()",
    "payment_pays_something": "UPDATE payment SET amount = 0",
    "collected_mail_left_out_of_one":
        "INSERT INTO collected_mail (person_id, args, left_out) VALUES (1, '{}', 'Not sent.')",
    "person_mail_delivery_is_known": "UPDATE person SET mail_delivery = 'weekly'",
    "person_email_is_one": "UPDATE person SET email = 'Olga@example.org' WHERE id = 1",
    "posting_moves_something": "WITH e AS (INSERT INTO entry (kind) VALUES ('x') RETURNING id)"
        " INSERT INTO posting (entry_id, account_id, amount, currency) SELECT e.id, 1, 0, 'USD' FROM e",
    "recommendation_an_award_names_its_amount": "UPDATE recommendation SET amount = NULL",
    "recommendation_kind_is_known": "UPDATE recommendation SET kind = 'perhaps', amount = NULL",
    "registration_country_is_a_code": REGISTERED.format("'chapter', 'X', 'mg', 'X', now() + interval '1 year', NULL"),
    "registration_ends_after_it_begins": REGISTERED.format("'chapter', 'X', 'MG', 'X', now() - interval '1 year', NULL"),
    "registration_kind_is_known": REGISTERED.format("'club', 'X', 'MG', 'X', now() + interval '1 year', NULL"),
    "registration_used_after_it_begins": REGISTERED.format("'chapter', 'X', 'MG', 'X', now() + interval '1 year', '2000-01-01'"),
    "reminder_before_or_after":
        "INSERT INTO reminder (kind, about_id, due_on, days) VALUES ('report', 1, now(), 0)",
    "repayment_brings_something": "INSERT INTO repayment (award_id, amount, currency, received_on, reference, by) VALUES (1, 0, 'USD', now(), 'x', 1)",
    "repayment_is_found_on_the_statement": "INSERT INTO repayment (award_id, amount, currency, received_on, reference, by) VALUES (1, 1, 'USD', now(), '', 1)",
    "report_approved_by_another": "UPDATE report SET approved_by = sent_by WHERE step = 'approved'",
    "report_kind_is_known": "UPDATE report SET kind = 'yearly'",
    "report_sent_has_its_day": "UPDATE report SET sent_at = NULL WHERE step = 'approved'",
    "report_spending_spent_no_less_than_nothing": "UPDATE report_spending SET spent = -1",
    "review_amount_is_no_less_than_nothing": "UPDATE review SET amount = -1",
    "review_confidence_is_one_to_five": "UPDATE review SET confidence = 6",
    "review_sent_is_read": "UPDATE review SET amount_typed = 'many'",
    "review_sent_is_whole": "UPDATE review SET fund = NULL",
    "score_points_are_zero_to_five": "UPDATE score SET points = 6",
    "submission_is_counted_from_one": SENT.format(number=0, stage="proposal", sha256="0" * 64),
    "submission_line_costs_no_less_than_nothing":
        "INSERT INTO submission_line (submission_id, position, what, category, total) VALUES (1, 9, '', 'other', -1)",
    "submission_sha256_is_a_hash": SENT.format(number=9, stage="proposal", sha256=""),
    "submission_stage_is_known": SENT.format(number=9, stage="finale", sha256="0" * 64),
    "verification_settled_by_somebody":
        "INSERT INTO verification (organisation_id, step, due_on, version) VALUES (2, 'verified', now(), 1)",
    "verification_step_is_known":
        "INSERT INTO verification (organisation_id, step, due_on, version, note, by) VALUES (2, 'asleep', now(), 1, 'x', 1)",
}  # fmt: skip
TWICE = {
    "application_reference_key": "UPDATE application SET reference = (SELECT reference FROM application WHERE id = 1) WHERE id = 2",
    "appointment_current_key": "INSERT INTO appointment (person_id, role) SELECT person_id, role FROM appointment LIMIT 1",
    "assignment_current_key":
        "INSERT INTO assignment (application_id, submission_id, person_id, stage, due_on, assigned_by, version)"
        " SELECT application_id, submission_id, person_id, stage, due_on, assigned_by, 1 FROM assignment LIMIT 1",
    "attachment_preview_attachment_id_number_key":
        "INSERT INTO attachment_preview (attachment_id, number, sha256) SELECT attachment_id, number, sha256 FROM attachment_preview LIMIT 1",
    "attachment_quarantine_key_key": UPLOAD.format(**SOUND | {"key": "quarantine_key"}),
    "attachment_replaces_id_key": UPLOAD.format(**SOUND | {"replaces": "replaces_id"}),
    "checked_submission_id_key_key":
        "INSERT INTO checked (application_id, submission_id, key, verdict, by) SELECT application_id, submission_id, key, verdict, by FROM checked LIMIT 1",
    "decision_application_id_key":
        "INSERT INTO decision (application_id, submission_id, kind, by) SELECT application_id, submission_id, kind, by FROM decision",
    "document_code_key":
        "INSERT INTO document (kind, number, version, language, application_id, code) SELECT kind, 'x', 1, language, 1, code FROM document LIMIT 1",
    "document_number_version_key":
        "INSERT INTO document (kind, number, version, language, application_id) SELECT kind, number, version, language, 1 FROM document LIMIT 1",
    "document_file_outbox_id_key":
        "INSERT INTO document_file (document_id, outbox_id, sha256, size, pages, made_with) SELECT 2, outbox_id, sha256, 1, 1, '{}' FROM document_file",
    "document_file_pkey":
        "INSERT INTO document_file (document_id, outbox_id, sha256, size, pages, made_with) SELECT document_id, 2, sha256, 1, 1, '{}' FROM document_file",
    "history_subject_subject_id_number_key":
        "INSERT INTO history (subject, subject_id, number, at, role, via, key, about, about_id, said, previous, hash)"
        " SELECT subject, subject_id, number, at, 'clock', via, key, about, about_id, said, previous, hash FROM history LIMIT 1",
    "involvement_application_id_person_id_part_key":
        "INSERT INTO involvement (application_id, person_id, part) SELECT application_id, person_id, part FROM involvement LIMIT 1",
    "join_request_open_key":
        "INSERT INTO join_request (organisation_id, person_id, due_on) VALUES (1, 1, now()), (1, 1, now())",
    "invitation_open_key":
        "INSERT INTO invitation (email, name, invited_by, ends_at, organisation_id)"
        " SELECT 'a@b', 'N', 1, now() + interval '1 day', 1 FROM generate_series(1, 2)",
    "membership_current_key": "INSERT INTO membership (person_id, organisation_id) SELECT person_id, organisation_id FROM membership LIMIT 1",
    "organisation_profile_organisation_id_number_key":
        "INSERT INTO organisation_profile (organisation_id, number, legal_name, identifier) VALUES (1, 9, 'x', 'x'), (1, 9, 'y', 'y')",
    "organisation_document_attachment_id_key": VERSION.format(**WHOLE | {"attachment": "1"}),
    "payment_once_key": "INSERT INTO payment (batch_id, instalment_id, amount, currency) SELECT batch_id, instalment_id, 1, currency FROM payment LIMIT 1",
    "daily_mail_once_key": "INSERT INTO daily_mail (person_id, day) SELECT 1, now() FROM generate_series(1, 2)",
    "reminder_once_key":
        "INSERT INTO reminder (kind, about_id, due_on, days) SELECT 'report', 1, now(), 1 FROM generate_series(1, 2)",
    "repayment_award_id_reference_key":
        "INSERT INTO repayment (award_id, amount, currency, received_on, reference, by) SELECT award_id, 1, currency, received_on, reference, by FROM repayment",
    "submission_application_id_number_key":
        "INSERT INTO submission (application_id, number, stage, sha256, sent_at) SELECT application_id, number, stage, sha256, sent_at FROM submission LIMIT 1",
    "submission_line_submission_id_position_key":
        "INSERT INTO submission_line (submission_id, position, what, category, total) SELECT submission_id, position, what, category, total FROM submission_line LIMIT 1",
    "person_email_key": "UPDATE person SET email = (SELECT email FROM person WHERE id = 1) WHERE id = 2",
}  # fmt: skip


def declared() -> set[str]:
    """The names of all CHECK constraints of the models."""
    return {
        str(one.name)
        for table in Model.metadata.sorted_tables
        for one in table.constraints
        if isinstance(one, CheckConstraint)
    }


def test_every_check_has_a_row_that_violates_it() -> None:
    assert set(BROKEN) == declared()


@pytest.mark.parametrize("name", BROKEN)
def test_a_row_that_violates_the_constraint_is_rejected(connect: Connect, name: str) -> None:
    with connect("grants_owner") as owner, pytest.raises(errors.CheckViolation) as refused:
        owner.execute(BROKEN[name].encode())

    assert refused.value.diag.constraint_name == name


@pytest.mark.parametrize("principal", ["sent_by", "approved_by"])
def test_an_approved_report_names_both_people(connect: Connect, principal: str) -> None:
    with connect("grants_owner") as owner, pytest.raises(errors.CheckViolation) as refused:
        owner.execute(f"UPDATE report SET {principal} = NULL WHERE step = 'approved'".encode())

    assert refused.value.diag.constraint_name == "report_approved_by_another"


@pytest.mark.parametrize(
    "name", [name for name in BROKEN if "INSERT" in BROKEN[name] or name.startswith(("batch", "award"))]
)
def test_without_the_constraint_the_row_would_be_accepted(connect: Connect, name: str) -> None:
    table = next(
        table.name for table in Model.metadata.sorted_tables if name in {str(one.name) for one in table.constraints}
    )

    with connect("grants_owner") as owner:
        owner.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT {name}')

        assert owner.execute(BROKEN[name].encode()).rowcount >= 1


@pytest.mark.parametrize("name", TWICE)
def test_unique_values_cannot_be_inserted_twice(connect: Connect, name: str) -> None:
    with connect("grants_owner") as owner, pytest.raises(errors.UniqueViolation) as refused:
        owner.execute(TWICE[name].encode())

    assert refused.value.diag.constraint_name == name

"""The forms that applicants and reviewers complete: questions, rubrics and what makes them complete."""

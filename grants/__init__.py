"""The application: models, services, queries, forms, pages, jobs and commands. Rules and flows are in `workflows`."""

app: tasks
environment: production

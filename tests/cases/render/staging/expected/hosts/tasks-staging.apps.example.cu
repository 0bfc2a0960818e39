app: tasks
environment: staging

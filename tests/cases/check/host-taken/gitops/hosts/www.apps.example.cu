app: site
environment: production

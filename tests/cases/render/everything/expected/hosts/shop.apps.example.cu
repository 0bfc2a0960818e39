app: shop
environment: production

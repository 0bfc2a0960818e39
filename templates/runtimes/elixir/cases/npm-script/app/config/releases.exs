import Config

config :shop, ShopWeb.Endpoint, http: [port: System.fetch_env!("PORT")]

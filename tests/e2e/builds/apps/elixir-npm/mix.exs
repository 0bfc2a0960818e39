defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [app: :shop, version: "0.1.0", elixir: "~> 1.18", start_permanent: Mix.env() == :prod, deps: [], aliases: aliases()]
  end

  def application do
    [extra_applications: [:logger], mod: {Shop, []}]
  end

  # As a Phoenix app with npm has them.
  defp aliases do
    ["assets.deploy": ["cmd --cd assets npm run deploy"]]
  end
end

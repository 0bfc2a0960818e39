defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [
      app: :shop,
      version: "0.1.0",
      elixir: "~> 1.15",
      deps: deps(),
      aliases: aliases()
    ]
  end

  defp deps, do: [{:core, path: "core"}, {:billing, "~> 1.0", organization: "team"}]
  defp aliases, do: []
end

defmodule Shop.MixProject do
  use Mix.Project

  def project, do: [app: :shop, version: "0.1.0", elixir: "~> 1.7", deps: [{:phoenix, "~> 1.5"}]]
end

defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [
      app: :shop,
      version: "0.1.0",
      elixir: "~> 1.15",
      releases: [
        storefront: [include_executables_for: [:unix]]
      ],
      deps: deps(),
      aliases: aliases()
    ]
  end

  defp deps, do: [{:phoenix, "~> 1.8"}]
  defp aliases, do: ["assets.setup": ["tailwind.install"], "assets.deploy": ["tailwind shop", "phx.digest"]]
end

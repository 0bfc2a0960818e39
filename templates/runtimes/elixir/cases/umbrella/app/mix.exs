defmodule Shop.Umbrella.MixProject do
  use Mix.Project

  def project do
    [
      apps_path: "apps",
      releases: [shop: [applications: [shop_web: :permanent]]],
      deps: []
    ]
  end
end

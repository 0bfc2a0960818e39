defmodule Shop.Umbrella.MixProject do
  def project do
    [apps_path: "apps"]
  end
end

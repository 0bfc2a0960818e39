defmodule Shop do
  @moduledoc "Answers with a page, or the file of it that was built, on PORT."
  use Application

  @impl true
  def start(_type, _args) do
    {port, ""} = Integer.parse(System.fetch_env!("PORT"))
    {:ok, socket} = :gen_tcp.listen(port, [:binary, packet: :http_bin, active: false, reuseaddr: true])
    Supervisor.start_link([{Task, fn -> accept(socket) end}], strategy: :one_for_one)
  end

  defp accept(socket) do
    {:ok, client} = :gen_tcp.accept(socket)
    spawn(fn -> answer(client) end)
    accept(socket)
  end

  defp answer(client) do
    {:ok, {:http_request, _, {:abs_path, path}, _}} = :gen_tcp.recv(client, 0)
    body = body(path)
    :gen_tcp.send(client, "HTTP/1.1 200 OK\r\ncontent-length: #{byte_size(body)}\r\nconnection: close\r\n\r\n#{body}")
    :gen_tcp.shutdown(client, :write)
  end

  defp body("/app.js"), do: File.read!(Application.app_dir(:shop, "priv/static/app.js"))
  defp body(_), do: ~s(<!doctype html><script src="/app.js"></script>)
end

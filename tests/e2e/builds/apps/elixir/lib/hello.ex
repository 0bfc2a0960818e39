defmodule Hello do
  @moduledoc "Answers every request on PORT."
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
    {:ok, _request} = :gen_tcp.recv(client, 0)
    :gen_tcp.send(client, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello")
    :gen_tcp.shutdown(client, :write)
  end
end

require "json"
require "sinatra/base"

# Votes by what they are for, as long as the process lives.
class Polls < Sinatra::Base
  set :votes, Hash.new(0)
  set :lock, Mutex.new

  before { content_type :json }

  get "/health" do
    content_type :text
    "ok"
  end

  get "/votes" do
    settings.lock.synchronize { JSON.generate(settings.votes) }
  end

  post "/votes" do
    choice = choice_of(request.body.read(10_000))
    halt 400, JSON.generate(error: "a vote needs a choice") unless choice
    settings.lock.synchronize { settings.votes[choice] += 1 }
    status 201
    JSON.generate(choice:)
  end

  private

  def choice_of(body)
    read = JSON.parse(body.to_s)
    choice = read["choice"] if read.is_a?(Hash)
    choice if choice.is_a?(String) && !choice.strip.empty?
  rescue JSON::ParserError
    nil
  end
end

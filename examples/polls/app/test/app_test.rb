ENV["APP_ENV"] = "test"

require "minitest/autorun"
require "rack/test"
require_relative "../app"

class PollsTest < Minitest::Test
  include Rack::Test::Methods

  def app = Polls

  def setup = Polls.votes.clear

  def vote(body) = post("/votes", body, "CONTENT_TYPE" => "application/json")

  def test_votes_are_counted
    2.times { vote '{"choice": "mango"}' }
    assert_equal 201, last_response.status
    get "/votes"
    assert_equal({ "mango" => 2 }, JSON.parse(last_response.body))
  end

  def test_what_is_no_vote_is_refused
    ["", "[]", "{}", '{"choice": " "}'].each do |body|
      vote body
      assert_equal 400, last_response.status, body
    end
    get "/votes"
    assert_equal "{}", last_response.body
  end

  def test_it_says_that_it_is_there
    get "/health"
    assert_equal "ok", last_response.body
  end
end

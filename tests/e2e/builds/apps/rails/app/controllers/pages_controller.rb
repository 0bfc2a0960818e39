class PagesController < ActionController::Base
  def show
  end
end

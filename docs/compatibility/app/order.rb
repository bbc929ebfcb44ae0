class Order < ApplicationRecord
  def price
    total_cents || total * 100
  end
end

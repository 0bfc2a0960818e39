<?php

declare(strict_types=1);

namespace Rates;

/** Answers what an amount is in another currency. */
final class App
{
    /** @param array<string, string> $rates how many pesos one of each currency is */
    public function __construct(private array $rates)
    {
    }

    /**
     * @param array<string, mixed> $query
     * @return array{int, array<string, string>}
     */
    public function answer(string $path, array $query): array
    {
        return match ($path) {
            '/health' => [200, ['status' => 'ok']],
            '/rates' => [200, $this->rates],
            '/convert' => $this->convert($query),
            default => [404, ['error' => 'there is nothing here']],
        };
    }

    /**
     * @param array<string, mixed> $query
     * @return array{int, array<string, string>}
     */
    private function convert(array $query): array
    {
        [$amount, $from, $to] = [$query['amount'] ?? '', $query['from'] ?? '', $query['to'] ?? ''];
        if (!is_string($amount) || !preg_match('/^\d{1,12}(\.\d{1,4})?$/D', $amount)) {
            return [400, ['error' => 'an amount is a number such as 12.50']];
        }
        foreach ([$from, $to] as $currency) {
            if (!is_string($currency) || !isset($this->rates[$currency])) {
                return [400, ['error' => 'a currency is one of ' . implode(', ', array_keys($this->rates))]];
            }
        }
        $pesos = bcmul($amount, $this->rates[$from], 8);
        return [200, ['amount' => bcdiv($pesos, $this->rates[$to], 2), 'currency' => $to]];
    }
}

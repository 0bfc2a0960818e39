<?php

declare(strict_types=1);

use PHPUnit\Framework\TestCase;
use Rates\App;

final class AppTest extends TestCase
{
    private App $app;

    protected function setUp(): void
    {
        $this->app = new App(['CUP' => '1', 'USD' => '24', 'EUR' => '26.5']);
    }

    public function testAnAmountIsConverted(): void
    {
        $asked = ['amount' => '10.50', 'from' => 'EUR', 'to' => 'USD'];
        self::assertSame([200, ['amount' => '11.59', 'currency' => 'USD']], $this->app->answer('/convert', $asked));
    }

    public function testWhatIsNoAmountOrCurrencyIsRefused(): void
    {
        foreach (['', '-1', '1e3', '1.23456', ['1']] as $amount) {
            self::assertSame(400, $this->app->answer('/convert', ['amount' => $amount, 'from' => 'EUR', 'to' => 'USD'])[0]);
        }
        self::assertSame(400, $this->app->answer('/convert', ['amount' => '1', 'from' => 'EUR', 'to' => 'XYZ'])[0]);
    }

    public function testOtherPaths(): void
    {
        self::assertSame([200, ['status' => 'ok']], $this->app->answer('/health', []));
        self::assertSame(404, $this->app->answer('/admin', [])[0]);
    }
}
